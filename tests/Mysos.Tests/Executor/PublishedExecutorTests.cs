using System.Diagnostics;
using System.Globalization;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Executor;

/// <summary>The program as it is deployed: <c>MYSOS_EXECUTOR</c>, which <c>make test</c> sets.</summary>
public sealed class PublishedExecutorTests(ITestOutputHelper output)
{
    private static string Published
    {
        get
        {
            var path = Environment.GetEnvironmentVariable("MYSOS_EXECUTOR");
            Assert.SkipUnless(File.Exists(path), "MYSOS_EXECUTOR is not the path of a published mysos-executor.");
            return path!;
        }
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task LaunchAndKill_MasterOfOne_ServesWithinItsMemoryAndEndsOrderly(string flavor)
    {
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1));
        node.FirstDirective = new Directive { TaskId = "", Version = 1, Epoch = 1, Role = DirectedRole.Master };
        node.Launch(Servers.Mysqld(flavor), Published);
        await node.WaitForAsync(r => r.Serving, "a serving master");
        output.WriteLine($"serving {node.SinceStart.ElapsedMilliseconds} ms after the start of the executor");
        await node.QueryAsync(TestNode.Accounts.Cluster, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (1)");
        output.WriteLine(node.Output.ToString());
        output.WriteLine($"first row after {node.SinceStart.ElapsedMilliseconds} ms");

        var first = node.Last!.Sequence;
        await node.WaitForAsync(r => r.Sequence > first + 3, "three seconds of reports");
        var resident = ResidentMegabytes(node.Process!.Id);
        output.WriteLine($"{resident} MB resident");
        resident.ShouldBeLessThanOrEqualTo(32);

        node.Agent.Send(new ExecutorEvent { Type = "KILL", Kill = new(new(node.TaskId)) });
        (await node.ExitCodeAsync()).ShouldBe(0);
        node.Agent.Updates.Select(u => u.State).ShouldBe([TaskState.Starting, TaskState.Running, TaskState.Killing, TaskState.Killed]);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Killed_ByTheSystem_TakesItsServerAlong(string flavor)
    {
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1));
        node.Launch(Servers.Mysqld(flavor), Published);
        await node.WaitForAsync(r => r.Phase == NodePhase.Running, "running");
        using var mysqld = Process.GetProcessById(await ServerAsync(node));
        node.Process!.Kill();
        await mysqld.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Launch_AgentGaveItAToken_ServerDoesNotInheritIt(string flavor)
    {
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1));
        node.Launch(Servers.Mysqld(flavor), Published);
        await node.WaitForAsync(r => r.Phase == NodePhase.Running, "running");
        var environment = await File.ReadAllTextAsync($"/proc/{await ServerAsync(node)}/environ");
        environment.ShouldContain("MESOS_SANDBOX");
        environment.ShouldNotContain(TestNode.Token);
    }

    [Fact]
    public async Task Start_WithoutAnAgentsEnvironment_SaysWhatIsMissing()
    {
        var start = new ProcessStartInfo(Published) { RedirectStandardError = true };
        start.Environment.Clear();
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(1);
        said.ShouldContain("MESOS_FRAMEWORK_ID is not set; MESOS_EXECUTOR_ID is not set; MESOS_AGENT_ENDPOINT is not set");
    }

    private static async Task<int> ServerAsync(TestNode node) =>
        int.Parse(await File.ReadAllTextAsync(Path.Combine(node.Sandbox, "mysqld.pid")), CultureInfo.InvariantCulture);

    private static long ResidentMegabytes(int pid) =>
        long.Parse(File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
