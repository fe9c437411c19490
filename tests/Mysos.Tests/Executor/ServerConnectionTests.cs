using System.Data.Common;
using Mysos.Executor.Servers;

namespace Mysos.Tests.Executor;

public sealed class ServerConnectionTests
{
    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Execute_ServerThatWasKilled_FailsAsADatabaseDoes(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 1);
        var sandbox = cluster.Nodes[0].Sandbox;
        var socket = File.ReadLines(Path.Combine(sandbox, "my.cnf")).First(l => l.StartsWith("socket", StringComparison.Ordinal)).Split('=')[1].Trim();
        await using var connection = await ServerConnection.OpenAsync(
            socket, TestNode.Accounts.Admin, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("SELECT 1", TestContext.Current.CancellationToken);
        using var server = System.Diagnostics.Process.GetProcessById(
            int.Parse(File.ReadAllText(Path.Combine(sandbox, "mysqld.pid")), System.Globalization.CultureInfo.InvariantCulture));

        server.Kill();
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);

        await Should.ThrowAsync<DbException>(() => connection.ExecuteAsync("SELECT 1", TestContext.Current.CancellationToken));
    }
}
