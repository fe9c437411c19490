using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Tests.Api;

namespace Mysos.Tests.Scheduling;

/// <summary>A scheduler that follows another one, over HTTP.</summary>
public sealed class FollowerTests : IAsyncLifetime
{
    private TestSchedulerHost _leader = null!;
    private TestSchedulerHost _follower = null!;

    public async ValueTask InitializeAsync()
    {
        (_leader, _follower) = (await TestSchedulerHost.StartAsync(), await TestSchedulerHost.StartAsync());
        _leader.Clusters.Put(InMemoryClusters.Cluster("shop"));
        _leader.Lead(term: 3);
    }

    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        await _leader.DisposeAsync();
    }

    [Fact]
    public async Task Reads_OfAFollower_AreTheLeaders()
    {
        await FollowAsync();
        foreach (var path in (string[])["/clusters", "/clusters/shop", "/clusters/shop/backups"])
            (await _follower.Http.GetStringAsync(path)).ShouldBe(await _leader.Http.GetStringAsync(path));
        (await EventsAsync(_follower.Http)).ShouldBe(await EventsAsync(_leader.Http));
        _leader.Clusters.Put(InMemoryClusters.Cluster("shop") with { Epoch = 9, State = ClusterCondition.Degraded, Reason = "Because." });
        _leader.Clusters.Update(v => v with { Counters = v.Counters with { TasksLost = 4 } });
        await _follower.SeesAsync(v => v.Counters.TasksLost == 4, "the leader's counters");
        (await _follower.Http.GetStringAsync("/clusters/shop")).ShouldBe(await _leader.Http.GetStringAsync("/clusters/shop"));
        (await _follower.Http.GetFromJsonAsync<JsonElement>("/vars.json")).GetProperty("scheduler.tasks_lost").GetInt32().ShouldBe(4);
        (await _follower.Http.GetStringAsync("/metrics")).ShouldMatch("""mysos_view_stale(\{[^}]*\})? 0""");
        (await _follower.Http.GetStringAsync("/")).ShouldContain("<html");
        _leader.Clusters.Update(v => v with { Clusters = v.Clusters.Clear() });
        await _follower.SeesAsync(v => v.Clusters.IsEmpty, "that the cluster is gone");
    }

    [Fact]
    public async Task Write_ThroughAFollower_CanBeReadThereAtOnce()
    {
        await FollowAsync();
        for (var i = 0; i < 50; i++)
        {
            using var created = await _follower.Http.PostAsync($"/clusters/new{i}", Form(("cluster_user", "u")));
            created.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await _follower.Http.GetAsync($"/clusters/new{i}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        using var wrong = await _follower.Http.PutAsync("/clusters/shop", Form(("num_nodes", "0"), ("password", "secret")));
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await wrong.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString().ShouldBe("num_nodes");
        using var late = new HttpRequestMessage(HttpMethod.Put, "/clusters/shop") { Content = Form(("num_nodes", "3"), ("password", "secret")), Headers = { { "If-Match", "\"ffff\"" } } };
        (await _follower.Http.SendAsync(late)).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        using var deletion = new HttpRequestMessage(HttpMethod.Delete, "/cluster/shop") { Content = Form(("password", "secret")) };
        (await _follower.Http.SendAsync(deletion)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _follower.Http.GetAsync("/clusters/shop")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Service_OfAFollower_AsksTheLeader()
    {
        await FollowAsync();
        var size = new ClusterSize(0.5, 1024, 4096);
        var answer = await _follower.Service.AskAsync(
            new CreateRequest { Name = "new", User = "u", NumNodes = 2, Size = size, Password = "p'ä\"1" }, CancellationToken.None);
        answer.ClusterPassword.ShouldBe("p'ä\"1");
        _follower.View.Clusters["new"].Size.ShouldBe(size);
        _leader.Clusters.LastCreate!.NumNodes.ShouldBe(2);
        (await _follower.Service.AskAsync(new ResizeRequest { Name = "new", Password = "p'ä\"1", NumNodes = 4 }, CancellationToken.None)).NumNodes.ShouldBe(4);
        _follower.View.Clusters["new"].NumNodes.ShouldBe(4);
        (await _follower.Service.AskAsync(new BackupRequest { Name = "new", Password = "p'ä\"1" }, CancellationToken.None)).BackupId.ShouldStartWith("new:");

        (await Should.ThrowAsync<RequestException>(() => _follower.Service.DryRunAsync(
            new DeleteRequest { Name = "none", Password = "x" }, CancellationToken.None))).Status.ShouldBe(404);
        var refused = await Should.ThrowAsync<RequestException>(() => _follower.Service.AskAsync(new DeleteRequest { Name = "new", Password = "wrong" }, CancellationToken.None));
        (refused.Status, refused.Field).ShouldBe((403, "password"));
        (await Should.ThrowAsync<RequestException>(() => _follower.Service.AskAsync(new DeleteRequest { Name = "none", Password = null }, CancellationToken.None))).Status.ShouldBe(404);
        await _follower.Service.AskAsync(new DeleteRequest { Name = "new", Password = "p'ä\"1" }, CancellationToken.None);
        _follower.View.Clusters.ShouldNotContainKey("new");
    }

    [Fact]
    public async Task LeaderGoes_LastViewStaysMarked_UntilTheNextOneIsFollowed()
    {
        await FollowAsync();
        (await ReadyAsync(_follower)).GetProperty("leader").GetString().ShouldBe(_leader.Address.Authority);
        _leader.StopLeading();
        _follower.Know(null);
        await _follower.SeesAsync(v => v.Stale is not null, "that it is old");

        using var read = await _follower.Http.GetAsync("/clusters/shop");
        read.StatusCode.ShouldBe(HttpStatusCode.OK);
        DateTimeOffset.Parse(read.Headers.GetValues("Mysos-Stale-Since").Single(), System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBe(_follower.View.Stale!.Since);
        using var ready = await _follower.Http.GetAsync("/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync()).ShouldContain("What is shown is of");
        (await _follower.Http.GetStringAsync("/metrics")).ShouldMatch("""mysos_view_stale(\{[^}]*\})? 1""");
        (await _follower.Http.GetFromJsonAsync<JsonElement>("/vars.json")).GetProperty("scheduler.framework_registered").GetInt32().ShouldBe(0);

        await using var next = await TestSchedulerHost.StartAsync();
        next.Clusters.Put(InMemoryClusters.Cluster("shop") with { Epoch = 2 });
        next.Lead(term: 4);
        _follower.Know(next.Address);
        await _follower.SeesAsync(v => v is { Term: 4, Stale: null }, "the next leader's view");
        (await _follower.Http.GetAsync("/clusters/shop")).Headers.Contains("Mysos-Stale-Since").ShouldBeFalse();
        (await ReadyAsync(_follower)).GetProperty("leads").GetBoolean().ShouldBeFalse();
        (await ReadyAsync(next)).GetProperty("leads").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task LeaseIsOver_BeforeWhatIsShownIsMarked_ReadsAreRefusedForNow()
    {
        (await _leader.Http.GetAsync("/clusters/shop")).StatusCode.ShouldBe(HttpStatusCode.OK);
        _leader.LoseLease();
        (await _leader.Http.GetAsync("/clusters/shop")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        _leader.StopLeading();
        (await _leader.Http.GetAsync("/clusters/shop")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LeaderIsSilent_LastViewIsMarked()
    {
        await FollowAsync();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        _follower.Know(new Uri($"http://{silent.LocalEndpoint}"));
        await _follower.SeesAsync(v => v.Stale is { Reason: var reason } && reason.Contains("silent for 3 seconds", StringComparison.Ordinal), "the silence");
        // It is still known where the leader should be, so what there is can be served.
        (await ReadyAsync(_follower)).TryGetProperty("stale_since", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task NoLeaderWasEverSeen_WhatIsStoredIsShown()
    {
        using (var early = await _follower.Http.GetAsync("/clusters"))
        {
            early.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            early.Headers.RetryAfter.ShouldNotBeNull();
        }
        var stored = SchedulerView.Empty with
        {
            Clusters = SchedulerView.Empty.Clusters.Add("kept", InMemoryClusters.Cluster("kept")), Stale = new Staleness(DateTimeOffset.UnixEpoch, "Stored."),
        };
        _follower.Follow(leader: null, stored);
        await _follower.SeesAsync(v => v.Clusters.ContainsKey("kept"), "the stored state");
        using var read = await _follower.Http.GetAsync("/clusters/kept");
        read.StatusCode.ShouldBe(HttpStatusCode.OK);
        read.Headers.Contains("Mysos-Stale-Since").ShouldBeTrue();

        _follower.Know(_leader.Address);
        await _follower.SeesAsync(v => v is { Term: 3, Stale: null }, "the leader's view");
        _follower.View.Clusters.Keys.ShouldBe(["shop"]);
    }

    [Fact]
    public async Task Write_NoLeaderIsKnown_IsRefusedForNow()
    {
        await FollowAsync();
        _follower.Know(null);
        using var refused = await _follower.Http.PostAsync("/clusters/new", Form(("cluster_user", "u")));
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await Should.ThrowAsync<RequestException>(() => _follower.Service.AskAsync(new DeleteRequest { Name = "shop", Password = "secret" }, CancellationToken.None))).Status.ShouldBe(503);
        // Reading goes on: the leader is out of ZooKeeper's sight, not of this one's.
        _follower.View.Stale.ShouldBeNull();

        using (var gone = new TcpListener(IPAddress.Loopback, 0))
        {
            gone.Start();
            _follower.Know(new Uri($"http://{gone.LocalEndpoint}"));
        }
        using var unreachable = await _follower.Http.PostAsync("/clusters/new", Form(("cluster_user", "u")));
        unreachable.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await Should.ThrowAsync<RequestException>(() => _follower.Service.AskAsync(new DeleteRequest { Name = "shop", Password = "secret" }, CancellationToken.None))).Status.ShouldBe(503);
    }

    [Fact]
    public async Task Write_TwoFollowersThinkTheOtherLeads_IsNotPassedOnForEver()
    {
        await using var other = await TestSchedulerHost.StartAsync();
        _follower.Know(other.Address);
        other.Know(_follower.Address);
        using var refused = await _follower.Http.PostAsync("/clusters/new", Form(("cluster_user", "u")));
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await _follower.Http.GetAsync("/internal/views")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    private async Task FollowAsync()
    {
        _follower.Follow(_leader.Address);
        await _follower.SeesAsync(v => v.Clusters.ContainsKey("shop"), "the leader's view");
    }

    private static async Task<string> EventsAsync(HttpClient http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events") { Headers = { Accept = { new("application/json") } } };
        using var answer = await http.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }

    private static Task<JsonElement> ReadyAsync(TestSchedulerHost host) => host.Http.GetFromJsonAsync<JsonElement>("/ready");

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
}
