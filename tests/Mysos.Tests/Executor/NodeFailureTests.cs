using System.Net;
using System.Net.Sockets;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Executor;

/// <summary>What an executor does when a node cannot run.</summary>
public abstract class NodeFailureTests(string flavor)
{
    public sealed class OnMariaDb() : NodeFailureTests(Servers.MariaDb);

    public sealed class OnMySql() : NodeFailureTests(Servers.MySql);

    [Fact]
    public async Task Launch_PortTaken_FailsWithTheServersOwnWords()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var task = TestNode.TaskOf(1) with { Port = ((IPEndPoint)taken.LocalEndpoint).Port };
        await using var node = await TestNode.CreateAsync(task);
        node.Launch(Servers.Mysqld(flavor));
        (await node.ExitCodeAsync()).ShouldBe(1);
        var end = node.Agent.Updates.Last();
        end.State.ShouldBe(TaskState.Failed);
        end.Message.ShouldNotBeNull().ShouldContain("Address already in use");
    }

    [Fact]
    public async Task Launch_NoServer_FailsAndSaysWhatWouldHelp()
    {
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1));
        node.Launch("/nowhere/mysqld");
        (await node.ExitCodeAsync()).ShouldBe(1);
        node.Agent.Updates.Last().Message.ShouldBe("MYSOS_MYSQLD is '/nowhere/mysqld', and there is no such file.");
    }

    [Fact]
    public async Task Launch_DataOfAnotherNode_FailsAndTouchesNothing()
    {
        var sandbox = Directory.CreateTempSubdirectory("mysos-node").FullName;
        var data = Directory.CreateDirectory(Path.Combine(sandbox, "volume/mysql")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "mysos-node.json"),
            """{"cluster":"other","node":1,"rebuild":0,"server_id":1,"flavor":"MariaDB"}""");
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1) with { VolumePath = "volume" }, sandbox);
        node.Launch(Servers.Mysqld(flavor));
        (await node.ExitCodeAsync()).ShouldBe(1);
        node.Agent.Updates.Last().Message.ShouldNotBeNull().ShouldContain("nothing was touched");
        Directory.GetFiles(data).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Launch_HalfMadeData_AreMadeAnew()
    {
        var sandbox = Directory.CreateTempSubdirectory("mysos-node").FullName;
        var data = Directory.CreateDirectory(Path.Combine(sandbox, "volume/mysql")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "ibdata1"), "half of a copy");
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1) with { VolumePath = "volume" }, sandbox);
        node.Launch(Servers.Mysqld(flavor));
        await node.WaitForAsync(r => r.Phase == NodePhase.Running, "running");
        File.Exists(Path.Combine(data, "mysos-node.json")).ShouldBeTrue();
    }

    [Fact]
    public async Task Launch_LongSandboxPath_UsesAShortSocketAndRemovesItAtTheEnd()
    {
        var sandbox = Directory.CreateTempSubdirectory("mysos-node").CreateSubdirectory(new string('s', 120)).FullName;
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1), sandbox);
        node.Launch(Servers.Mysqld(flavor));
        await node.WaitForAsync(r => r.Phase == NodePhase.Running, "running");
        var socket = (await File.ReadAllLinesAsync(Path.Combine(sandbox, "my.cnf"))).Single(l => l.StartsWith("socket=", StringComparison.Ordinal))[7..];
        socket.Length.ShouldBeLessThan(107);
        node.Agent.Send(new ExecutorEvent { Type = "SHUTDOWN" });
        (await node.ExitCodeAsync()).ShouldBe(0);
        Directory.Exists(Path.GetDirectoryName(socket)).ShouldBeFalse();
    }

    [Fact]
    public async Task Launch_AccountsDoNotCome_AsksAgainAndStartsNothing()
    {
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1), givesAccounts: false);
        node.Launch(Servers.Mysqld(flavor));
        await node.Agent.WaitForAsync(
            a => a.Calls.Where(c => c.Message is { } m && System.Text.Encoding.UTF8.GetString(m.Data).Contains("public_key", StringComparison.Ordinal))
                .Skip(1).FirstOrDefault(), what: "second hello");
        File.Exists(Path.Combine(node.Sandbox, "my.cnf")).ShouldBeFalse();
        node.Agent.Send(new ExecutorEvent { Type = "KILL", Kill = new(new(node.TaskId)) });
        (await node.ExitCodeAsync()).ShouldBe(0);
    }
}
