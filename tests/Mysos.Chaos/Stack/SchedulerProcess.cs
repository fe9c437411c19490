using System.Diagnostics;
using Mysos.Core.Processes;

namespace Mysos.Chaos.Stack;

/// <summary>A <c>mysos scheduler</c> that can be killed, frozen and started again, at the same address.</summary>
internal sealed class SchedulerProcess(string mysos, string[] flags, int port, string log)
{
    private Process? _process;

    public Uri Url { get; } = new($"http://{Network.Center}:{port}");

    public bool Runs => _process is { HasExited: false };

    public async Task StartAsync()
    {
        if (Runs)
            return;
        _process?.Dispose();
        // Its output goes to a file, so that nothing waits for a reader.
        var start = new ProcessStartInfo("bash");
        foreach (var argument in (string[])["-c", "exec \"$@\" >>\"$0\" 2>&1", log, mysos, "scheduler", $"--port={port}", .. flags])
            start.ArgumentList.Add(argument);
        _process = await ChildProcesses.StartAsync(start, ownSession: true);
    }

    public void Signal(UnixSignal signal)
    {
        if (Runs)
            ChildProcesses.Signal(_process!, signal);
    }

    public async Task KillAsync()
    {
        Signal(UnixSignal.Kill);
        if (_process is not null)
            await _process.WaitForExitAsync();
    }

    public async Task StopAsync()
    {
        if (Runs)
            await ChildProcesses.StopAsync(_process!, TimeSpan.FromSeconds(20), TimeProvider.System);
    }
}
