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
        var node = cluster.Nodes[0];
        await using var connection = await TestCluster.AdministerAsync(node);
        await connection.ExecuteAsync("SELECT 1", TestContext.Current.CancellationToken);
        using var server = System.Diagnostics.Process.GetProcessById(await TestCluster.ServerProcessAsync(node));

        server.Kill();
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);

        await Should.ThrowAsync<DbException>(() => connection.ExecuteAsync("SELECT 1", TestContext.Current.CancellationToken));
    }
}
