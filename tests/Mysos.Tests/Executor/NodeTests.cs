using MySqlConnector;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Executor;

/// <summary>One node with a real server.</summary>
public sealed class NodeTests
{
    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Launch_WithMasterDirective_OwnerWritesWhenReported(string flavor)
    {
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1));
        node.FirstDirective = new Directive { TaskId = "", Version = 1, Epoch = 1, Role = DirectedRole.Master };
        node.Launch(Servers.Mysqld(flavor));
        var report = await node.WaitForAsync(r => r.Serving, "a serving master");
        report.Role.ShouldBe(DirectedRole.Master);
        report.ReadOnly.ShouldBeFalse();
        report.Epoch.ShouldBe(1);
        report.Phase.ShouldBe(NodePhase.Running);
        report.Server.ShouldNotBeNull().ShouldStartWith(flavor);
        await node.QueryAsync(TestNode.Accounts.Cluster, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (1)");
        (await node.QueryAsync(TestNode.Accounts.Cluster, "SELECT COUNT(*) FROM d.t")).ShouldBe(1L);
        node.Agent.Updates.Select(u => u.State).ShouldBe([TaskState.Starting, TaskState.Running]);

        node.Agent.Send(new ExecutorEvent { Type = "KILL", Kill = new(new(node.TaskId)) });
        (await node.ExitCodeAsync()).ShouldBe(0);
        node.Agent.Updates.Select(u => u.State).ShouldBe([TaskState.Starting, TaskState.Running, TaskState.Killing, TaskState.Killed]);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Launch_NoDirective_IsReadOnlyAndHasOnlyItsOwnAccounts(string flavor)
    {
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1));
        node.Launch(Servers.Mysqld(flavor));
        var report = await node.WaitForAsync(r => r.Phase == NodePhase.Running, "running");
        report.ReadOnly.ShouldBeTrue();
        report.Serving.ShouldBeFalse();
        report.Role.ShouldBe(DirectedRole.Standby);
        report.Executed.ShouldBe("");
        var users = await node.QueryAsync(TestNode.Accounts.Admin,
            "SELECT GROUP_CONCAT(user, '@', host ORDER BY user, host) FROM mysql.user WHERE user NOT LIKE 'mysql.%' AND user NOT LIKE 'mariadb.%'");
        users.ShouldBe(flavor == Servers.MariaDb ? "mysos_admin@%" : "mysos_admin@%,mysos_admin@localhost");
        await Should.ThrowAsync<MySqlException>(() => node.LoginAsync(new Account("root", "")));
        File.Exists(Path.Combine(node.Sandbox, "init.sql")).ShouldBeFalse();
    }
}
