using System.Diagnostics;
using Mysos.Core.Processes;

namespace Mysos.Tests.Processes;

public sealed class ThreadInterruptsTests
{
    private const string Catches = "import signal; signal.signal(signal.SIGALRM, lambda *_: print('interrupted', flush=True)); print('ready', flush=True); signal.pause(); input()";
    private const string Ignores = "print('ready', flush=True); input()";

    [Fact]
    public async Task TrySend_ThreadThatCatchesIt_GoesOn()
    {
        using var child = await StartAsync(Catches);
        ThreadInterrupts.TrySend(child.Id, child.Id).ShouldBeTrue();
        (await child.StandardOutput.ReadLineAsync()).ShouldBe("interrupted");
        await EndAsync(child);
    }

    [Theory]
    [InlineData(Ignores)]
    [InlineData("import signal; signal.signal(signal.SIGALRM, lambda *_: None); signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM]); print('ready', flush=True); input()")]
    public async Task TrySend_ThreadThatWouldBeEndedByItOrHearsNothing_IsLeftAlone(string program)
    {
        using var child = await StartAsync(program);
        ThreadInterrupts.TrySend(child.Id, child.Id).ShouldBeFalse();
        await EndAsync(child);
    }

    [Fact]
    public async Task TrySend_NoSuchThread_IsFalse()
    {
        using var child = await StartAsync(Ignores);
        ThreadInterrupts.TrySend(child.Id, Environment.ProcessId).ShouldBeFalse();
        await EndAsync(child);
        ThreadInterrupts.TrySend(child.Id, child.Id).ShouldBeFalse();
    }

    private static async Task<Process> StartAsync(string program)
    {
        var child = await ChildProcesses.StartAsync(new ProcessStartInfo("/usr/bin/python3", ["-c", program]) { RedirectStandardInput = true, RedirectStandardOutput = true });
        (await child.StandardOutput.ReadLineAsync()).ShouldBe("ready");
        return child;
    }

    /// <summary>By itself, so nothing has ended it.</summary>
    private static async Task EndAsync(Process child)
    {
        await child.StandardInput.WriteLineAsync();
        child.StandardInput.Close();
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        child.ExitCode.ShouldBe(0);
    }
}
