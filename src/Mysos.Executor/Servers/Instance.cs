using Mysos.Core.Protocol;
using Mysos.Executor.Data;

namespace Mysos.Executor.Servers;

/// <summary>What stays the same through all starts of a node's mysqld: its program, files and task.</summary>
internal sealed class Instance : IDisposable
{
    /// <summary>The kernel's limit for a socket's path (108 bytes with the final zero), less room for <c>.lock</c>.</summary>
    private const int LongestSocketPath = 107;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _sandbox;
    private readonly string? _shortDirectory;

    public Instance(string sandbox, NodeTask task, string bindAddress)
    {
        (_sandbox, Task, BindAddress) = (sandbox, task, bindAddress);
        var home = task.VolumePath is { Length: > 0 } volume ? Path.Combine(sandbox, volume) : sandbox;
        var socket = Path.Combine(sandbox, "mysqld.sock");
        if (System.Text.Encoding.UTF8.GetByteCount(socket) > LongestSocketPath)
        {
            _shortDirectory = CacheDirectory.OwnTemporary("-" + Guid.NewGuid().ToString("N")[..12]);
            socket = Path.Combine(_shortDirectory, "mysqld.sock");
        }
        Paths = new InstancePaths
        {
            DataDirectory = Path.Combine(home, "mysql"),
            Socket = socket,
            PidFile = Path.Combine(sandbox, "mysqld.pid"),
            ErrorLog = Path.Combine(sandbox, "mysqld.err"),
            Files = Path.Combine(sandbox, "files"),
            Temporary = Path.Combine(sandbox, "tmp"),
        };
    }

    public NodeTask Task { get; }

    /// <summary>An address of this machine, or 0.0.0.0 for all.</summary>
    public string BindAddress { get; }

    /// <summary>Where clients on this machine reach it.</summary>
    public Endpoint LocalEndpoint => new(BindAddress == "0.0.0.0" ? "127.0.0.1" : BindAddress, Task.Port);

    public InstancePaths Paths { get; }

    public string OptionFile => Path.Combine(_sandbox, "my.cnf");

    public string InitFile => Path.Combine(_sandbox, "init.sql");

    /// <summary>Writes what mysqld reads at its start. The init file holds secrets: delete it when the server is up.</summary>
    public void WriteFiles(ServerProgram program, Accounts accounts, uint serverId)
    {
        Directory.CreateDirectory(Paths.Files, Private);
        Directory.CreateDirectory(Paths.Temporary, Private);
        File.WriteAllText(OptionFile, MyCnf.For(program.Flavor, Task, serverId, Paths, BindAddress, CacheDirectory.RunsAsRoot));
        DeleteInitFile();
        using var init = new StreamWriter(InitFile, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        foreach (var line in program.Flavor.InitFile(accounts, Environment.MachineName.ToLowerInvariant(), Environment.UserName))
            init.Write(line + "\n");
    }

    public void DeleteInitFile() => File.Delete(InitFile);

    public void Dispose()
    {
        DeleteInitFile();
        if (_shortDirectory is not null && Directory.Exists(_shortDirectory))
            Directory.Delete(_shortDirectory, recursive: true);
    }
}
