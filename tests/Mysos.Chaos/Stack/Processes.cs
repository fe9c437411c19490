using System.Diagnostics;
using System.Globalization;
using Mysos.Core.Processes;

namespace Mysos.Chaos.Stack;

/// <summary>Finds and signals what runs in this process namespace, in which only the run's own processes are.</summary>
internal static class Processes
{
    private const string ExecutorProgram = "mysos-executor";
    private const string FilesOption = "--defaults-file=";

    /// <summary>The mysqld of the task; null: none runs.</summary>
    public static int? Mysqld(string task) => All(IsServer, task).FirstOrDefault();

    /// <summary>The executor of the task; null: none runs.</summary>
    public static int? Executor(string task) => All(IsExecutor, task).FirstOrDefault();

    public static int Servers => All(IsServer, null).Count();

    public static int Executors => All(IsExecutor, null).Count();

    /// <summary>Where clients on its own host reach the server: its Unix socket.</summary>
    public static string Socket(int mysqld) => Setting(mysqld, "socket");

    public static string DataDirectory(int mysqld) => Setting(mysqld, "datadir");

    public static string OptionFile(int mysqld) =>
        Arguments(mysqld).First(a => a.StartsWith(FilesOption, StringComparison.Ordinal))[FilesOption.Length..];

    /// <returns>False: it has ended already.</returns>
    public static bool Signal(int pid, UnixSignal signal)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return ChildProcesses.Signal(process, signal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public static bool Lives(int pid) => State(pid) is not (null or 'Z' or 'X');

    /// <summary>Lets everything go on that was stopped.</summary>
    public static void ContinueAll()
    {
        foreach (var pid in Pids().Where(p => State(p) == 'T'))
            Signal(pid, UnixSignal.Continue);
    }

    private static string Setting(int mysqld, string name) =>
        File.ReadLines(OptionFile(mysqld)).First(l => l.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];

    private static bool IsExecutor(int pid) => Read(pid, "comm").TrimEnd() == ExecutorProgram;

    /// <summary>Its program may run under another name: that of a loader.</summary>
    private static bool IsServer(int pid) => Arguments(pid).Any(a => a.StartsWith(FilesOption, StringComparison.Ordinal) && a.EndsWith("/my.cnf", StringComparison.Ordinal));

    private static string[] Arguments(int pid) => Read(pid, "cmdline").Split('\0');

    private static IEnumerable<int?> All(Func<int, bool> wanted, string? task)
    {
        foreach (var pid in Pids())
        {
            if (wanted(pid) && Lives(pid)
                && (task is null || Read(pid, "environ").Split('\0').Contains($"MESOS_EXECUTOR_ID={task}")))
                yield return pid;
        }
    }

    private static IEnumerable<int> Pids() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture));

    private static char? State(int pid)
    {
        var stat = Read(pid, "stat");
        return stat.Length == 0 ? null : stat[stat.LastIndexOf(')') + 2];
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
