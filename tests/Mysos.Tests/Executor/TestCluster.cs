using System.Diagnostics;
using System.Globalization;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Tests.Executor;

/// <summary>Several nodes with real servers, and the parts of a scheduler that tests play.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly string _flavor;

    private TestCluster(string flavor, IReadOnlyList<TestNode> nodes) => (_flavor, Nodes) = (flavor, nodes);

    public IReadOnlyList<TestNode> Nodes { get; }

    /// <summary>The first node is master of epoch 1, the others its slaves and ackers.</summary>
    public static async Task<TestCluster> StartAsync(string flavor, int nodes, Func<NodeTask, NodeTask>? change = null)
    {
        var mysqld = Servers.Mysqld(flavor);
        var all = new List<TestNode>();
        for (var number = 1; number <= nodes; number++)
        {
            var task = TestNode.TaskOf(number);
            all.Add(await TestNode.CreateAsync(change is null ? task : change(task)));
        }
        var cluster = new TestCluster(flavor, all);
        all[0].FirstDirective = new Directive { TaskId = "", Version = 1, Epoch = 1, Role = DirectedRole.Master, Followers = TestNode.AllFollowers };
        foreach (var slave in all.Skip(1))
            slave.FirstDirective = new Directive { TaskId = "", Version = 1, Epoch = 1, Role = DirectedRole.Slave, Source = all[0].Endpoint, Ackers = 1 };
        foreach (var node in all)
            node.Launch(mysqld);
        foreach (var node in all)
            await node.WaitForAsync(r => r.Serving, "serving", 90);
        if (nodes > 1)
            await all[0].AppliedAsync(all[0].Direct(DirectedRole.Master, 1, ackers: 1));
        return cluster;
    }

    public Task<object?> WriteAsync(TestNode node, string sql) => node.QueryAsync(TestNode.Accounts.Cluster, sql);

    /// <summary>Until a slave shows what was written.</summary>
    public static async Task<object?> EventuallyAsync(TestNode node, string sql, object expected)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        object? last = null;
        while (true)
        {
            try
            {
                last = await node.QueryAsync(TestNode.Accounts.Admin, sql);
            }
            catch (MySqlConnector.MySqlException e)
            {
                last = e.Message;
            }
            if (Equals(last, expected) || deadline.IsCancellationRequested)
                return last;
            await tick.WaitForNextTickAsync();
        }
    }

    /// <summary>SIGKILL to a node's mysqld.</summary>
    public static async Task KillServerAsync(TestNode node)
    {
        using var mysqld = Process.GetProcessById(await ServerProcessAsync(node));
        mysqld.Kill();
    }

    /// <summary>The number of its mysqld's process.</summary>
    public static async Task<int> ServerProcessAsync(TestNode node) =>
        int.Parse(await File.ReadAllTextAsync(Path.Combine(node.Sandbox, "mysqld.pid")), CultureInfo.InvariantCulture);

    /// <summary>As the node's own executor does, over the socket.</summary>
    public static Task<ServerConnection> AdministerAsync(TestNode node)
    {
        var socket = File.ReadLines(Path.Combine(node.Sandbox, "my.cnf")).First(l => l.StartsWith("socket", StringComparison.Ordinal)).Split('=')[1].Trim();
        return ServerConnection.OpenAsync(socket, TestNode.Accounts.Admin, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(Nodes.Select(n => n.DisposeAsync().AsTask()));
}
