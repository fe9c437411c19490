using System.Text;
using System.Text.Json.Nodes;
using Mysos.Core.Mesos;
using Mysos.Core.ZooKeeper;
using Mysos.Tests.ZooKeeper;

namespace Mysos.Tests.Mesos;

/// <summary>Masters in a real ZooKeeper, with the MasterInfo that a recorded Mesos had there.</summary>
public sealed class MasterDetectorTests(ZooKeeperFixture fixture)
{
    [Fact]
    public async Task FindAsync_SeveralMasters_GivesTheOneWithTheLowestNumber()
    {
        await using var masters = await Masters.JoinAsync(await fixture.NewUrlAsync());
        var detector = masters.Detector();
        var nobody = await Should.ThrowAsync<MesosException>(detector.FindAsync(ZooKeeperFixture.Deadline()));
        nobody.Message.ShouldBe($"No Mesos master has announced itself in ZooKeeper under {masters.Group}.");

        await masters.Client.CreateAsync($"{masters.Group}/log_replicas", default);
        await masters.AnnounceAsync(9, 5055);
        await masters.AnnounceAsync(10, 5056);
        (await detector.FindAsync(ZooKeeperFixture.Deadline())).ShouldBe(new Uri("http://127.0.0.1:5055"));
    }

    [Fact]
    public async Task FindAsync_NodeWithoutAnAddress_SaysWhichNode()
    {
        await using var masters = await Masters.JoinAsync(await fixture.NewUrlAsync());
        await masters.Client.CreateAsync($"{masters.Group}/json.info_0000000001", "{\"id\":\"x\"}"u8.ToArray());
        var failure = await Should.ThrowAsync<MesosException>(masters.Detector().FindAsync(ZooKeeperFixture.Deadline()));
        failure.Message.ShouldBe($"ZooKeeper's {masters.Group}/json.info_0000000001 does not hold a MasterInfo in JSON with an address.");
    }

    [Fact]
    public async Task Elected_LeaderGoes_TellsTheNext()
    {
        await using var masters = await Masters.JoinAsync(await fixture.NewUrlAsync());
        using var elected = new Told<Uri>(masters.Detector().Elected);
        await masters.AnnounceAsync(1, 5051);
        (await elected.NextAsync()).Port.ShouldBe(5051);
        await masters.AnnounceAsync(2, 5052);
        await masters.AnnounceAsync(3, 5053);
        await masters.LeaveAsync(1);
        (await elected.NextAsync()).Port.ShouldBe(5052);
        await masters.LeaveAsync(3);
        await masters.LeaveAsync(2);
        await masters.AnnounceAsync(4, 5054);
        (await elected.NextAsync()).Port.ShouldBe(5054);
    }

    [Fact]
    public async Task Elected_SessionExpires_WatchesOn()
    {
        var url = await fixture.NewUrlAsync();
        await using var masters = await Masters.JoinAsync(url);
        await masters.AnnounceAsync(1, 5051);
        using var elected = new Told<Uri>(masters.Detector().Elected);
        (await elected.NextAsync()).Port.ShouldBe(5051);
        await ZooKeeperFixture.ExpireAsync(url, await masters.Connection.SessionAsync(ZooKeeperFixture.Deadline()));
        await masters.AnnounceAsync(2, 5052);
        await masters.LeaveAsync(1);
        (await elected.NextAsync()).Port.ShouldBe(5052);
    }

    [Fact]
    public async Task Session_ZooKeeperGoesAndComesBack_KeepsItsStreamUntilTheLeaderChanges()
    {
        await using var server = await OwnServer.StartAsync();
        await using var first = new RawServer();
        await using var second = new RawServer();
        var masters = await Masters.JoinAsync(server.Url);
        await masters.AnnounceAsync(1, first.Uri.Port);
        await masters.AnnounceAsync(2, second.Uri.Port);
        await masters.Client.DisposeAsync();
        await using var connection = masters.Connection;
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var session = new MesosSession(
            http, masters.Detector(), () => new FrameworkInfo { User = "root", Name = "mysos" }, null, TimeProvider.System);
        using var signals = new Told<MesosSession.Signal>(session.Run());
        var stream = await SubscribedAsync(first, signals);

        await server.KillAsync();
        await stream.WriteRecordAsync("""{"type":"HEARTBEAT"}""");
        (await signals.NextAsync()).ShouldBeOfType<MesosSession.Event>();
        await server.StartAgainAsync();
        await stream.WriteRecordAsync("""{"type":"HEARTBEAT"}""");
        (await signals.NextAsync()).ShouldBeOfType<MesosSession.Event>();

        await using var operatorClient = await ZooKeeperFixture.ConnectAsync(server.Url);
        await operatorClient.DeleteAsync($"{masters.Group}/json.info_0000000001");
        (await signals.NextAsync()).ShouldBe(
            new MesosSession.Lost($"Mesos has elected {second.Uri.Authority} instead of {first.Uri.Authority}."));
        await SubscribedAsync(second, signals);
    }

    private static async Task<RawRequest> SubscribedAsync(RawServer master, Told<MesosSession.Signal> signals)
    {
        var stream = await master.TakeAsync(what: "SUBSCRIBE");
        await stream.StartAsync();
        await stream.WriteRecordAsync(SessionHost.Subscribed);
        (await signals.NextAsync()).ShouldBeOfType<MesosSession.Event>();
        return stream;
    }

    /// <summary>A group of masters, and somebody who looks at it.</summary>
    private sealed class Masters : IAsyncDisposable
    {
        private static readonly string Recorded = Trace.Read("14-master-failover").First(l => l.Kind == "znodes").Json
            .GetProperty("nodes")[0].GetProperty("data").GetString()!;

        public required string Group { get; init; }
        public required ZooKeeperClient Client { get; init; }
        public required ZooKeeperConnection Connection { get; init; }

        public static async Task<Masters> JoinAsync(ZooKeeperUrl url)
        {
            var client = await ZooKeeperFixture.ConnectAsync(url);
            await client.EnsurePathAsync(url.Path);
            return new() { Group = url.Path, Client = client, Connection = new(url, TimeSpan.FromSeconds(10), TimeProvider.System) };
        }

        public ZooKeeperMasters Detector() => new(Connection.SessionAsync, Group, TimeProvider.System);

        public Task AnnounceAsync(int number, int port)
        {
            var info = JsonNode.Parse(Recorded)!;
            info["address"]!["port"] = port;
            return Client.CreateAsync($"{Group}/json.info_{number:D10}", Encoding.UTF8.GetBytes(info.ToJsonString()));
        }

        public Task LeaveAsync(int number) => Client.DeleteAsync($"{Group}/json.info_{number:D10}");

        public async ValueTask DisposeAsync()
        {
            await Connection.DisposeAsync();
            await Client.DisposeAsync();
        }
    }
}
