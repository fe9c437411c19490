using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Host.Api.Events;

namespace Mysos.Tests.Api;

/// <summary><c>GET /events</c>.</summary>
public sealed class FleetEventsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly ApiHost _host = new();
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(20));

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        _host.Clusters.Update(v => v with { Clusters = v.Clusters.Clear() });
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _deadline.Dispose();
    }

    [Fact]
    public async Task Stream_OfAllClusters_IsInTheOrderOfTimeAndGoesOn()
    {
        Put("b", (0, "cluster_created"), (2, "cluster_complete"));
        Put("a-1", (1, "cluster_created"));
        using var stream = await OpenAsync("/events");

        (await TakeAsync(stream, 3)).ShouldBe(["b cluster_created", "a-1 cluster_created", "b cluster_complete"]);
        Put("a-1", (1, "cluster_created"), (3, "cluster_complete"));
        (await TakeAsync(stream, 1)).ShouldBe(["a-1 cluster_complete"]);
        Put("c", (4, "cluster_created"));
        (await TakeAsync(stream, 1)).ShouldBe(["c cluster_created"]);
        _host.Clusters.Update(v => v with { Clusters = v.Clusters.Remove("b") });
        (await stream.NextAsync(_deadline.Token)).ShouldBe(("gone", null, """{"cluster":"b"}"""));
    }

    [Fact]
    public async Task Stream_WithALastEventId_GoesOnBehindItInAllClusters()
    {
        // All at the same moment in two clusters, and one after it.
        Put("a", (1, "one"), (1, "two"), (5, "five"));
        Put("b", (1, "three"), (1, "four"));
        using var first = await OpenAsync("/events");
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add((await first.NextAsync(_deadline.Token)).Id.ShouldNotBeNull());

        for (var seen = 0; seen < 4; seen++)
        {
            using var again = await OpenAsync("/events?last=1", ids[seen]);
            (await again.NextAsync(_deadline.Token)).Id.ShouldBe(ids[seen + 1], "what was asked for at first plays no part when a reader comes back");
        }
    }

    [Fact]
    public async Task Stream_OfAClusterThatGoes_EndsWithItsLastEvent_WhichIsAPlaceToGoOnFrom()
    {
        Put("a", (0, "cluster_created"), (2, "cluster_deleted"));
        Put("b", (1, "cluster_created"));
        using var all = await OpenAsync("/events");
        using var some = await OpenAsync("/events?kind=cluster_deleted");
        (await TakeAsync(all, 3)).ShouldBe(["a cluster_created", "b cluster_created", "a cluster_deleted"]);
        (await TakeAsync(some, 1)).ShouldBe(["a cluster_deleted"]);

        Goes("a", (0, "cluster_created"), (2, "cluster_deleted"), (3, "gone"));
        var (kind, id, data) = await all.NextAsync(_deadline.Token);
        (kind, JsonDocument.Parse(data).RootElement.GetProperty("cluster").GetString()).ShouldBe(("gone", "a"));
        (await some.NextAsync(_deadline.Token)).ShouldBe(("gone", null, """{"cluster":"a"}"""));
        Put("b", (1, "cluster_created"), (4, "cluster_complete"));
        (await TakeAsync(all, 1)).ShouldBe(["b cluster_complete"]);
        using var again = await OpenAsync("/events", id);
        (await TakeAsync(again, 1)).ShouldBe(["b cluster_complete"]);
    }

    [Fact]
    public async Task Json_OfAClusterThatIsGone_HasItsEventsAndThoseOfTheNextOfItsName()
    {
        Goes("a", (0, "cluster_created"), (2, "cluster_deleted"), (3, "gone"));
        _host.Clusters.Put(InMemoryClusters.Cluster("a") with { Created = Start.AddSeconds(4), Events = [new ClusterEvent(Start.AddSeconds(4), "cluster_created", "Again.")] });
        Put("b", (1, "cluster_created"));

        var events = await (await GetJsonAsync("/events?cluster=a")).Content.ReadFromJsonAsync<JsonElement>();

        events.EnumerateArray().Select(e => e.GetProperty("kind").GetString()).ShouldBe(["cluster_created", "cluster_deleted", "gone", "cluster_created"]);
        events.EnumerateArray().Select(e => e.GetProperty("id").GetString()).ShouldBeUnique();
    }

    [Fact]
    public async Task Stream_OfSome_LeavesTheOthersOut()
    {
        Put("a", (0, "cluster_created"), (1, "failed_over"), (2, "failed_over"));
        Put("b", (3, "failed_over"));
        Put("c", (4, "failed_over"));
        using var stream = await OpenAsync("/events?cluster=a&cluster=c&kind=failed_over&last=2");

        (await TakeAsync(stream, 2)).ShouldBe(["a failed_over", "c failed_over"]);
        Put("b", (3, "failed_over"), (5, "failed_over"));
        Put("a", (2, "failed_over"), (6, "cluster_resized"), (7, "failed_over"));
        (await TakeAsync(stream, 1)).ShouldBe(["a failed_over"]);
    }

    [Fact]
    public async Task Json_InPages_HasEachEventOnce()
    {
        Put("a", (0, "one"), (2, "three"), (4, "five"));
        Put("b", (1, "two"), (3, "four"));
        var kinds = new List<string>();
        var pages = 0;
        for (string? next = "/events?limit=2&kind=one&kind=two&kind=three&kind=four&kind=five"; next is not null; pages++)
        {
            var answer = await GetJsonAsync(next);
            kinds.AddRange((await answer.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray().Select(e => e.GetProperty("kind").GetString()!));
            next = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }

        kinds.ShouldBe(["one", "two", "three", "four", "five"]);
        pages.ShouldBe(3);
    }

    [Fact]
    public async Task Json_OfTheLast_IsOldestFirst()
    {
        Put("a", (0, "one"), (2, "three"));
        Put("b", (1, "two"));

        var events = await (await GetJsonAsync("/events?last=2")).Content.ReadFromJsonAsync<JsonElement>();

        events.EnumerateArray().Select(e => e.GetProperty("kind").GetString()).ShouldBe(["two", "three"]);
        events[0].EnumerateObject().Select(p => p.Name).ShouldBe(["id", "cluster", "time", "kind", "text", "by"]);
    }

    [Theory]
    [InlineData("text/event-stream, application/json", "text/event-stream")]
    [InlineData("application/json;q=0.5, text/event-stream;q=0.9", "text/event-stream")]
    [InlineData("*/*", "text/event-stream")]
    [InlineData("application/*, text/event-stream;q=0.1", "application/json")]
    [InlineData("application/json, */*;q=0.1", "application/json")]
    public async Task Accept_DecidesWhatIsAnswered(string accept, string answered)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/events");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await _host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _deadline.Token);

        answer.Content.Headers.ContentType!.MediaType.ShouldBe(answered);
    }

    [Theory]
    [InlineData("?clusters=a", "clusters")]
    [InlineData("?cluster=A", "cluster")]
    [InlineData("?after=x", "after")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?last=many", "last")]
    [InlineData("?last=1&after=1-0-a", "last")]
    [InlineData("?last=1&last=2", "last")]
    public async Task Query_ThatIsWrong_IsRefusedByName(string query, string field)
    {
        var answer = await GetJsonAsync($"/events{query}");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString().ShouldBe(field);
    }

    [Fact]
    public void Places_OfClustersWithDashes_AreReadAsWritten()
    {
        foreach (var place in (EventPlace[])[new(12, "a", 0), new(639_000_000_000_000_000, "a-1-b", 3)])
            EventPlace.Parse(place.ToString()).ShouldBe(place);
        foreach (var none in (string?[])[null, "", "1", "1-2", "1-2-", "-1-2-a", "x-1-a", "1-x-a"])
            EventPlace.Parse(none).ShouldBeNull(none);
    }

    private void Put(string name, params (int Second, string Kind)[] events) => _host.Clusters.Put(InMemoryClusters.Cluster(name) with
    {
        Events = [.. events.Select(e => new ClusterEvent(Start.AddSeconds(e.Second), e.Kind, $"It was {e.Kind}."))],
    });

    private void Goes(string name, params (int Second, string Kind)[] events) => _host.Clusters.Update(v => v with
    {
        Clusters = v.Clusters.Remove(name),
        Past = v.Past.Add(new PastCluster(name, InMemoryClusters.Cluster(name).Created, [.. events.Select(e => new ClusterEvent(Start.AddSeconds(e.Second), e.Kind, "It was."))])),
    });

    private Task<SseReader> OpenAsync(string path, string? lastId = null) => SseReader.OpenAsync(_host.Http, path, _deadline.Token, lastId);

    private async Task<List<string>> TakeAsync(SseReader stream, int count)
    {
        var taken = new List<string>();
        while (taken.Count < count)
        {
            var (kind, _, data) = await stream.NextAsync(_deadline.Token);
            taken.Add($"{JsonDocument.Parse(data).RootElement.GetProperty("cluster").GetString()} {kind}");
        }
        return taken;
    }

    private Task<HttpResponseMessage> GetJsonAsync(string path) =>
        _host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Accept = { new("application/json") } } }, _deadline.Token);
}
