using System.Diagnostics;
using System.Text.Json;
using Mysos.Core.Discovery;
using Mysos.Core.Processes;
using Mysos.Core.Protocol;
using Mysos.Core.ZooKeeper;
using Mysos.Tests.ZooKeeper;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Discovery;

public sealed class ZooKeeperServerSetsTests(ZooKeeperFixture fixture) : IAsyncLifetime
{
    /// <summary>Reads as a user's program does, with a client that shares nothing with ours.</summary>
    private const string Reader = """
        import json, sys
        from kazoo.client import KazooClient
        client = KazooClient(hosts=sys.argv[1])
        client.start()
        result = {}
        for group in ("master", "slaves"):
            result[group] = []
            for name in sorted(client.get_children(sys.argv[2] + "/" + group)):
                instance = json.loads(client.get(sys.argv[2] + "/" + group + "/" + name)[0].decode())
                assert instance["status"] == "ALIVE" and instance["additionalEndpoints"] == {}, instance
                endpoint = instance["serviceEndpoint"]
                result[group].append("%s=%s:%d" % (name, endpoint["host"], endpoint["port"]))
        client.stop()
        print(json.dumps(result))
        """;

    private static readonly ServerSetMember M1 = new(1, new Endpoint("h1", 31001));
    private static readonly ServerSetMember M2 = new(2, new Endpoint("h2", 31002));
    private static readonly ServerSetMember M3 = new(3, new Endpoint("h3", 31003));

    private ZooKeeperConnection _connection = null!;
    private ZooKeeperServerSets _sets = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = new ZooKeeperConnection(await fixture.NewUrlAsync(), TimeSpan.FromSeconds(10), TimeProvider.System);
        _sets = new ZooKeeperServerSets(_connection);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.RetryAsync(zk => zk.DeleteTreeAsync(_connection.Url.Path), Deadline);
        await _connection.DisposeAsync();
    }

    private static CancellationToken Deadline => ZooKeeperFixture.Deadline();

    private string Cluster => _connection.Url.At("discover/test_cluster3");

    [Fact]
    public async Task Publish_ReadByAnotherClient_IsTheDocumentedServerSet()
    {
        await _sets.PublishAsync("test_cluster3", new(M1, [M2, M3]), Deadline);
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", Reader, _connection.Url.ConnectString, Cluster]) { RedirectStandardOutput = true };
        using var reader = await ChildProcesses.StartAsync(start);
        using var read = JsonDocument.Parse(await reader.StandardOutput.ReadToEndAsync(Deadline));
        read.RootElement.GetRawText().ShouldBe(
            """{"master": ["member_0000000001=h1:31001"], "slaves": ["member_0000000002=h2:31002", "member_0000000003=h3:31003"]}""");
    }

    [Fact]
    public async Task Publish_OneAfterTheOther_IsAlwaysTheLast()
    {
        foreach (var wanted in (ServerSet[])[
            new(null, []), new(null, [M1, M2]), new(M1, [M2]), new(M2, []), new(M2, [M1, M3]),
            new(M2 with { Endpoint = new("moved", 1) }, [M1]), new(M2 with { Endpoint = new("moved", 1) }, [M1]), ServerSet.Empty])
        {
            await _sets.PublishAsync("test_cluster3", wanted, Deadline);
            await ShouldBeAsync(wanted);
        }
    }

    [Fact]
    public async Task Publish_ByANewScheduler_TakesOverWhatIsThere()
    {
        await _sets.PublishAsync("test_cluster3", new(M1, [M2, M3]), Deadline);
        var next = new ZooKeeperServerSets(_connection);
        await next.PublishAsync("test_cluster3", new(M2, [M3]), Deadline);
        await ShouldBeAsync(new(M2, [M3]));
        // And the first one's knowledge is stale now.
        await _sets.PublishAsync("test_cluster3", new(M3, [M1]), Deadline);
        await ShouldBeAsync(new(M3, [M1]));
    }

    [Fact]
    public async Task Publish_SomebodyMeddled_IsPutRight()
    {
        var wanted = new ServerSet(M1, [M2]);
        await _sets.PublishAsync("test_cluster3", wanted, Deadline);
        await Zk(zk => zk.DeleteTreeAsync(Cluster));
        await _sets.PublishAsync("test_cluster3", wanted, Deadline);
        await ShouldBeAsync(wanted);
        await Zk(zk => zk.SetAsync(Cluster + "/master/member_0000000001", "garbage"u8.ToArray()));
        await Zk(zk => zk.EnsurePathAsync(Cluster + "/slaves/strange/and/deep"));
        await _sets.PublishAsync("test_cluster3", wanted, Deadline);
        await ShouldBeAsync(wanted);
        await Zk(zk => zk.DeleteTreeAsync(Cluster + "/slaves"));
        await _sets.PublishAsync("test_cluster3", new(M1, [M2, M3]), Deadline);
        await ShouldBeAsync(new(M1, [M2, M3]));
    }

    [Fact]
    public async Task Publish_Promotion_IsNeverSeenHalfDone()
    {
        await _sets.PublishAsync("test_cluster3", new(M1, [M2]), Deadline);
        await using var watcher = await ZooKeeperFixture.ConnectAsync(_connection.Url);
        using var seen = new Told<IReadOnlyList<string>>(watcher.WatchChildren(Cluster + "/master"));
        await seen.NextAsync();
        await _sets.PublishAsync("test_cluster3", new(M2, [M1]), Deadline);
        await seen.NextAsync();
        (await watcher.ChildrenAsync(Cluster + "/master")).ShouldBe([M2.Name]);
        (await watcher.ChildrenAsync(Cluster + "/slaves")).ShouldBe([M1.Name]);
    }

    [Fact]
    public async Task Publish_SessionExpires_GoesOnAndNothingWasLost()
    {
        await _sets.PublishAsync("test_cluster3", new(M1, [M2]), Deadline);
        await ZooKeeperFixture.ExpireAsync(_connection.Url, await _connection.SessionAsync(Deadline));
        await ShouldBeAsync(new(M1, [M2]));
        await _sets.PublishAsync("test_cluster3", new(M2, []), Deadline);
        await ShouldBeAsync(new(M2, []));
    }

    [Fact]
    public async Task Remove_Cluster_IsGoneAndOthersStay()
    {
        await _sets.PublishAsync("test_cluster3", new(M1, [M2]), Deadline);
        await _sets.PublishAsync("other", new(M3, []), Deadline);
        await _sets.RemoveAsync("test_cluster3", Deadline);
        await _sets.RemoveAsync("test_cluster3", Deadline);
        (await Zk(zk => zk.ChildrenAsync(_connection.Url.At("discover")))).ShouldBe(["other"]);
        await _sets.PublishAsync("test_cluster3", new(M1, []), Deadline);
        await ShouldBeAsync(new(M1, []));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../state")]
    [InlineData("a/b")]
    [InlineData("Upper")]
    public async Task Publish_NameThatIsNone_IsRefused(string name)
    {
        await Should.ThrowAsync<ArgumentException>(() => _sets.PublishAsync(name, ServerSet.Empty, Deadline));
        await Should.ThrowAsync<ArgumentException>(() => _sets.RemoveAsync(name, Deadline));
    }

    private Task<T> Zk<T>(Func<IZooKeeper, Task<T>> operation) => _connection.RetryAsync(operation, Deadline);

    private Task Zk(Func<IZooKeeper, Task> operation) => _connection.RetryAsync(operation, Deadline);

    private async Task ShouldBeAsync(ServerSet wanted)
    {
        await ShouldBeAsync("master", wanted.Master is { } master ? [master] : []);
        await ShouldBeAsync("slaves", wanted.Slaves);
    }

    private async Task ShouldBeAsync(string group, IEnumerable<ServerSetMember> members)
    {
        var expected = members.OrderBy(m => m.Name, StringComparer.Ordinal).ToList();
        (await Zk(zk => zk.ChildrenAsync($"{Cluster}/{group}"))).ShouldBe(expected.Select(m => m.Name));
        foreach (var member in expected)
            (await Zk(zk => zk.GetAsync($"{Cluster}/{group}/{member.Name}")))!.Data.ShouldBe(ServiceInstance.Of(member.Endpoint));
    }
}
