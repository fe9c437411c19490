using System.Diagnostics;
using Mysos.Core.Processes;

namespace Mysos.Tests.Stack;

/// <summary>
/// A short part of <c>make chaos</c>: faults on a cluster of three on hosts of their own, while clients write. Its exit code is 0 when no
/// acknowledged row is lost, all replicas are equal, and everything else is as it should be.
/// </summary>
public sealed class ChaosTests
{
    private const int Impossible = 77;
    private const string Faults = "master: kill -9,acker: kill -9,master and acker: kill -9,ZooKeeper: restarted,all agents: restarted,master: executor killed";

    [Theory]
    [InlineData(Executor.Servers.MariaDb)]
    [InlineData(Executor.Servers.MySql)]
    public async Task Faults_WhileClientsWrite_LoseNothing(string flavor)
    {
        Executor.Servers.Mysqld(flavor);
        var output = Directory.CreateTempSubdirectory("mysos-chaos-").FullName;
        var program = Path.Combine(MysosProcess.Repository, "tests", "Mysos.Chaos", "bin", "Release", "net10.0", "Mysos.Chaos");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--flavors", flavor.ToLowerInvariant(), "--nodes", "3", "--faults", Faults, "--minutes", "5", "--slowness", "10",
            "--out", output, "--mysos", MysosProcess.Program])
            start.ArgumentList.Add(argument);
        using var process = await ChildProcesses.StartAsync(start, ownSession: true);
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.SkipWhen(process.ExitCode == Impossible, await errors);
        process.ExitCode.ShouldBe(0, $"{said}\n{await errors}");
        Directory.Delete(output, recursive: true);
    }
}
