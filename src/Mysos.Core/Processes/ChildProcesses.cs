using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mysos.Core.Processes;

/// <summary>
/// Starts programs that must not outlive this process: the kernel kills them (SIGKILL) when it ends, however it ends.
/// Needs <c>setpriv</c> (util-linux).
/// </summary>
/// <remarks>
/// The kernel's parent death signal (<c>PR_SET_PDEATHSIG</c>) is sent when the <em>thread</em> that started the child
/// ends, and a thread of the pool may end at any time. So one thread starts them all and never ends.
/// The kernel forgets the signal when a program changes its user: pass <c>user</c> here instead of letting the program
/// (mysqld's <c>--user</c>) do it.
/// </remarks>
public static partial class ChildProcesses
{
    private static readonly BlockingCollection<Request> Requests = [];
    private static readonly Lazy<bool> Starter = new(RunStarter);

    private sealed record Request(ProcessStartInfo Start, TaskCompletionSource<Process> Started);

    /// <summary>
    /// Starts <paramref name="start"/>, whose arguments are in <see cref="ProcessStartInfo.ArgumentList"/>. Redirections,
    /// environment and working directory hold as for <see cref="Process.Start()"/>. The process id is the program's own.
    /// </summary>
    /// <param name="user">
    /// The user of <c>/etc/passwd</c> to run as, with its groups; only root may name another than itself. Null: unchanged.
    /// </param>
    /// <param name="ownSession">Away from the terminal: its Ctrl-C does not reach the program.</param>
    /// <exception cref="FileNotFoundException">No such program, or no setpriv or setsid.</exception>
    /// <exception cref="ArgumentException">No such user, or arguments that are not in the list.</exception>
    public static Task<Process> StartAsync(ProcessStartInfo start, string? user = null, bool ownSession = false)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (start.Arguments.Length > 0)
            throw new ArgumentException($"Arguments of '{start.FileName}' belong into ArgumentList, not Arguments.", nameof(start));
        var request = new Request(Wrap(start, user, ownSession), new(TaskCreationOptions.RunContinuationsAsynchronously));
        _ = Starter.Value;
        Requests.Add(request);
        return request.Started.Task;
    }

    /// <summary>
    /// Asks the process to end (SIGTERM), kills it (SIGKILL) when it has not within <paramref name="grace"/>, and waits
    /// until it has ended. Its exit code is returned: 128 + the signal's number where a signal ended it.
    /// </summary>
    public static async Task<int> StopAsync(Process process, TimeSpan grace, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(process);
        Signal(process, UnixSignal.Term);
        using var deadline = new CancellationTokenSource(grace, time);
        try
        {
            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Signal(process, UnixSignal.Kill);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        return process.ExitCode;
    }

    /// <summary>Sends a signal. False when the process has ended already.</summary>
    public static bool Signal(Process process, UnixSignal signal)
    {
        ArgumentNullException.ThrowIfNull(process);
        if (process.HasExited)
            return false;
        if (Kill(process.Id, (int)signal) == 0)
            return true;
        const int noSuchProcess = 3;
        var error = Marshal.GetLastPInvokeError();
        return error == noSuchProcess
            ? false
            : throw new Win32Exception(error, $"Cannot send {signal} to process {process.Id}: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    private static bool RunStarter()
    {
        new Thread(StartAll) { IsBackground = true, Name = "child processes" }.Start();
        return true;
    }

    private static void StartAll()
    {
        foreach (var (start, started) in Requests.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(start) ?? throw new InvalidOperationException($"'{start.FileName}' was not started."));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        }
    }

    private static ProcessStartInfo Wrap(ProcessStartInfo start, string? user, bool ownSession)
    {
        start.Environment.TryGetValue("PATH", out var path);
        var program = Find(start.FileName, path, start.WorkingDirectory)
            ?? throw new FileNotFoundException($"There is no program '{start.FileName}' (PATH={path}).", start.FileName);
        var wrapped = new ProcessStartInfo(Tool(ownSession ? "setsid" : "setpriv"))
        {
            UseShellExecute = false,
            WorkingDirectory = start.WorkingDirectory,
            RedirectStandardInput = start.RedirectStandardInput,
            RedirectStandardOutput = start.RedirectStandardOutput,
            RedirectStandardError = start.RedirectStandardError,
            StandardInputEncoding = start.StandardInputEncoding,
            StandardOutputEncoding = start.StandardOutputEncoding,
            StandardErrorEncoding = start.StandardErrorEncoding,
        };
        if (ownSession)
            wrapped.ArgumentList.Add(Tool("setpriv"));
        if (user is not null)
        {
            foreach (var argument in (string[])["--reuid", user, "--regid", PrimaryGroup(user), "--init-groups"])
                wrapped.ArgumentList.Add(argument);
        }
        foreach (var argument in (string[])["--pdeathsig", "KILL", "--", program, .. start.ArgumentList])
            wrapped.ArgumentList.Add(argument);
        wrapped.Environment.Clear();
        foreach (var (name, value) in start.Environment)
            wrapped.Environment[name] = value;
        return wrapped;
    }

    private static string Tool(string name) => Find(name, Environment.GetEnvironmentVariable("PATH") + ":/usr/bin:/bin", "")
        ?? throw new FileNotFoundException($"There is no program '{name}'; install Debian's package util-linux.", name);

    private static string PrimaryGroup(string user) =>
        File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(entry => entry.Length > 3 && entry[0] == user)?[3]
        ?? throw new ArgumentException($"There is no user '{user}' in /etc/passwd.", nameof(user));

    /// <summary>As execvp finds it: a name with a slash is a path, any other is looked for in PATH.</summary>
    internal static string? Find(string program, string? path, string workingDirectory)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            var file = Path.Combine(workingDirectory.Length > 0 ? workingDirectory : Environment.CurrentDirectory, program);
            return File.Exists(file) ? file : null;
        }
        return (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}

/// <summary>Signals by their numbers on Linux.</summary>
public enum UnixSignal
{
    Hup = 1,
    Int = 2,
    Quit = 3,
    Kill = 9,
    Term = 15,
    Continue = 18,
    Stop = 19,
}
