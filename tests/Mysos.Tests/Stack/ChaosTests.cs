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
    private const string Faults = "master's host: isolated from all,acker: kill -9,master and acker: kill -9,all agents: restarted";

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Faults_WhileClientsWrite_LoseNothing(string flavor)
    {
        Servers.Need(flavor);
        await RunAsync(0, "--flavors", flavor.ToLowerInvariant(), "--nodes", "3", "--faults", Faults);
    }

    [Fact]
    public async Task LostRow_IsSeen()
    {
        var said = await RunAsync(1, "--flavors", "mariadb", "--nodes", "1", "--faults", "mistake: an acknowledged row");
        said.ShouldContain("1 acknowledged rows are lost");
    }

    private static async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var output = Directory.CreateTempSubdirectory("mysos-chaos-").FullName;
        var program = Path.Combine(MysosProcess.Repository, "tests", "Mysos.Chaos", "bin", "Release", "net10.0", "Mysos.Chaos");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[.. arguments, "--slowness", "10", "--out", output, "--mysos", MysosProcess.Program])
            start.ArgumentList.Add(argument);
        MysosProcess.ForAShortLife(start);
        using var process = await ChildProcesses.StartAsync(start, ownSession: true);
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.SkipWhen(process.ExitCode == Impossible, await errors);
        process.ExitCode.ShouldBe(expected, $"{said}\n{await errors}\nLogs are in {output}.");
        Directory.Delete(output, recursive: true);
        return said;
    }
}
