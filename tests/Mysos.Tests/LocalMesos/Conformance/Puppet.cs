using System.Globalization;
using Mysos.LocalMesos.Containers;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>A process that the agent started as an executor, and that does what the recording says (<c>puppet.sh</c>).</summary>
internal sealed class Puppet
{
    private readonly string _directory;
    private readonly ProcessInfo? _process;

    private Puppet(string directory)
    {
        _directory = directory;
        Pid = int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture);
        _process = ProcTable.Find(Pid);
        Environment = File.ReadAllLines(Path.Combine(directory, "env"))
            .Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
        Files = File.ReadAllLines(Path.Combine(directory, "files"));
    }

    public int Pid { get; }
    public IReadOnlyDictionary<string, string> Environment { get; }
    /// <summary>What its sandbox held at its start.</summary>
    public IReadOnlyList<string> Files { get; }
    public string ExecutorId => Environment["MESOS_EXECUTOR_ID"];
    public string Sandbox => Environment["PWD"];
    public string ContainerId => Path.GetFileName(Sandbox);

    public bool IsAlive => ProcTable.Find(Pid) is { IsDead: false } now && now.StartTime == _process?.StartTime;

    /// <summary>Those that have announced themselves in the directory, but for those that are known.</summary>
    public static IEnumerable<Puppet> New(string directory, IEnumerable<Puppet> known) =>
        System.IO.Directory.EnumerateDirectories(directory)
            .Where(each => !each.EndsWith(".new", StringComparison.Ordinal) && known.All(puppet => puppet._directory != each))
            .Select(each => new Puppet(each));

    /// <summary><c>exit N</c> or <c>child</c> (starts a process of its own).</summary>
    public async Task OrderAsync(string order)
    {
        var pipe = new FileStream(Path.Combine(_directory, "orders"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        await using (pipe)
        await using (var writer = new StreamWriter(pipe))
            await writer.WriteLineAsync(order);
    }

    public void Signal(int number) => _ = Libc.Kill(Pid, number);
}
