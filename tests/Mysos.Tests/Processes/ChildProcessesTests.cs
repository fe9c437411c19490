using System.Diagnostics;
using Mysos.Core.Processes;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Processes;

public sealed class ChildProcessesTests
{
    private const string PrintDeathSignal =
        "import ctypes; n = ctypes.c_int(); ctypes.CDLL(None).prctl(2, ctypes.byref(n)); print(n.value)";

    [Fact]
    public async Task StartAsync_AnyProgram_IsKilledByTheKernelWithItsParent()
    {
        using var child = await ChildProcesses.StartAsync(Program("/usr/bin/python3", "-c", PrintDeathSignal));
        (await child.StandardOutput.ReadToEndAsync()).Trim().ShouldBe("9");
    }

    [Fact]
    public async Task StartAsync_WithUser_RunsAsThatUserAndIsStillKilledWithItsParent()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root may start a program as another user.");
        using var child = await ChildProcesses.StartAsync(
            Program("/usr/bin/python3", "-c", PrintDeathSignal + "; import os; print(os.getuid(), os.getgroups())"), user: "nobody");
        (await child.StandardOutput.ReadToEndAsync()).Split('\n')[..2].ShouldBe(["9", "65534 [65534]"]);
    }

    [Fact]
    public async Task StartAsync_CallersThreadEnds_ChildLivesOn()
    {
        Task<Process>? started = null;
        var caller = new Thread(() => started = ChildProcesses.StartAsync(Program("cat")));
        caller.Start();
        caller.Join();
        using var child = await started!;
        await child.StandardInput.WriteLineAsync("still here");
        await child.StandardInput.FlushAsync();
        (await child.StandardOutput.ReadLineAsync()).ShouldBe("still here");
        (await ChildProcesses.StopAsync(child, TimeSpan.FromSeconds(10), TimeProvider.System)).ShouldBe(128 + 15);
        ChildProcesses.Signal(child, UnixSignal.Term).ShouldBeFalse();
    }

    [Fact]
    public async Task StopAsync_ProgramIgnoresTerm_IsKilledAfterTheGrace()
    {
        using var child = await ChildProcesses.StartAsync(Program("bash", "-c", "trap '' TERM; echo ready; while true; do read -r x; done"));
        (await child.StandardOutput.ReadLineAsync()).ShouldBe("ready");
        (await ChildProcesses.StopAsync(child, TimeSpan.FromMilliseconds(100), TimeProvider.System)).ShouldBe(128 + 9);
    }

    [Fact]
    public async Task StartAsync_EnvironmentAndDirectory_AreTheChilds()
    {
        var program = Program("bash", "-c", "echo $COLOUR; pwd");
        program.Environment.Clear();
        program.Environment["PATH"] = "/usr/bin:/bin";
        program.Environment["COLOUR"] = "green and blue";
        program.WorkingDirectory = "/usr";
        using var child = await ChildProcesses.StartAsync(program);
        (await child.StandardOutput.ReadLineAsync()).ShouldBe("green and blue");
        (await child.StandardOutput.ReadLineAsync()).ShouldBe("/usr");
    }

    [Fact]
    public async Task StartAsync_NoSuchProgram_SaysWhich()
    {
        var error = await Should.ThrowAsync<FileNotFoundException>(() => ChildProcesses.StartAsync(Program("no-such-program")));
        error.Message.ShouldContain("no-such-program");
    }

    private static ProcessStartInfo Program(string name, params string[] arguments) => new(name, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    };
}
