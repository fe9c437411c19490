using System.Data.Common;
using System.Diagnostics;
using Mysos.Core.Processes;
using Mysos.Core.Protocol;

namespace Mysos.Executor.Servers;

/// <inheritdoc/>
internal sealed class RunningServer : IServerProcess
{
    private const int LinesKept = 20;
    /// <summary>Exit codes above it are signals.</summary>
    private const int SignalBase = 128;
    private static readonly TimeSpan SocketPoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly InstancePaths _paths;
    private readonly TimeProvider _time;
    private readonly Log _log;
    private string? _refusal;
    private readonly long _logStart;
    private readonly Queue<string> _said = new();

    private RunningServer(Process process, InstancePaths paths, long logStart, TimeProvider time, Log log)
    {
        (_process, ProcessId, _paths, _logStart, _time, _log) = (process, process.Id, paths, logStart, time, log);
        Exited = WaitAsync();
    }

    public int ProcessId { get; }

    public Task<int> Exited { get; }

    public static async Task<RunningServer> StartAsync(
        ServerProgram program, Instance instance, IReadOnlyList<string> options, TimeProvider time, Log log)
    {
        var paths = instance.Paths;
        File.Delete(paths.Socket);
        var logStart = File.Exists(paths.ErrorLog) ? new FileInfo(paths.ErrorLog).Length : 0;
        var start = new ProcessStartInfo(program.Path,
            [$"--defaults-file={instance.OptionFile}", $"--init-file={instance.InitFile}", .. options])
        {
            RedirectStandardError = true,
            WorkingDirectory = paths.DataDirectory,
        };
        return new RunningServer(await ChildProcesses.StartAsync(start).ConfigureAwait(false), paths, logStart, time, log);
    }

    public async Task<ServerConnection?> ReadyAsync(Account admin, CancellationToken cancellation)
    {
        while (!Exited.IsCompleted)
        {
            if (File.Exists(_paths.Socket) && await TryLoginAsync(admin, cancellation).ConfigureAwait(false) is { } connection)
                return connection;
            await Task.Delay(SocketPoll, _time, cancellation).ConfigureAwait(false);
        }
        return null;
    }

    public async Task StopAsync(TimeSpan grace)
    {
        await ChildProcesses.StopAsync(_process, grace, _time).ConfigureAwait(false);
        await Exited.ConfigureAwait(false);
    }

    public void Interrupt(int thread)
    {
        if (!Exited.IsCompleted)
            ThreadInterrupts.TrySend(ProcessId, thread);
    }

    public void Kill() => ChildProcesses.Signal(_process, UnixSignal.Kill);

    public string LastWords(int code)
    {
        // From outside: nothing in its log tells why.
        if (code == SignalBase + (int)UnixSignal.Kill)
            return $"mysqld was ended by signal {code - SignalBase}";
        List<string> lines = [.. LogTail()];
        lock (_said)
            lines.AddRange(_said);
        var errors = lines.Where(l => l.Contains("[ERROR]", StringComparison.Ordinal)).ToList();
        var killed = code > SignalBase;
        var end = killed ? $"mysqld was ended by signal {code - SignalBase}" : $"mysqld ended with {code}";
        var words = string.Join(" | ", (errors.Count > 0 ? errors : killed ? [] : lines).TakeLast(6));
        return words.Length > 0 ? $"{end}: {words}" : end;
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        var reading = ReadErrorsAsync();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        return _process.ExitCode;
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            lock (_said)
            {
                _said.Enqueue(line);
                if (_said.Count > LinesKept)
                    _said.Dequeue();
            }
        }
    }

    private async Task<ServerConnection?> TryLoginAsync(Account admin, CancellationToken cancellation)
    {
        try
        {
            return await ServerConnection.OpenAsync(_paths.Socket, admin, LoginTimeout, cancellation).ConfigureAwait(false);
        }
        catch (DbException e)
        {
            if (_refusal != e.Message)
                _log.Write($"No login yet: {e.Message}");
            _refusal = e.Message;
            return null;
        }
    }

    private IEnumerable<string> LogTail()
    {
        if (!File.Exists(_paths.ErrorLog))
            return [];
        const long mostBytes = 16 << 10;
        using var log = new FileStream(_paths.ErrorLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(Math.Max(_logStart, log.Length - mostBytes), SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
