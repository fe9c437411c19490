using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Api;

public sealed class EventStreamTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task Stream_OfACluster_TellsWhatWasAndWhatHappensAndItsEnd()
    {
        host.Clusters.Put(With("live", "one"));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var answer = await host.Http.GetAsync("/clusters/live/events", HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(deadline.Token));

        (await NextAsync(reader, deadline.Token)).ShouldBe(("one", Id(0)));
        host.Clusters.Put(With("live", "one", "two", "three"));
        (await NextAsync(reader, deadline.Token)).ShouldBe(("two", Id(1)));
        (await NextAsync(reader, deadline.Token)).ShouldBe(("three", Id(2)));
        host.Clusters.Update(v => v with { Clusters = v.Clusters.Remove("live") });
        (await NextAsync(reader, deadline.Token)).Kind.ShouldBe("gone");
        (await reader.ReadToEndAsync(deadline.Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Stream_WithALastEventId_GoesOnBehindIt()
    {
        host.Clusters.Put(With("again", "one", "two", "three"));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/cluster/again/events") { Headers = { { "Last-Event-ID", Id(1) } } };
        using var answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(deadline.Token));

        (await NextAsync(reader, deadline.Token)).ShouldBe(("three", Id(2)));
    }

    [Fact]
    public void Ids_OfOneMoment_DifferAndOutliveDroppedEvents()
    {
        var events = With("x", "a", "b", "c").Events;
        var moment = events.SetItem(1, events[1] with { Time = Start });

        EventIds.Of(moment, 1).ShouldBe($"{Start.UtcTicks}-1");
        EventIds.FirstAfter(moment, $"{Start.UtcTicks}-0").ShouldBe(1);
        EventIds.FirstAfter(moment, $"{Start.UtcTicks}-1").ShouldBe(2);
        EventIds.FirstAfter(events.RemoveAt(0), Id(0)).ShouldBe(0);
        EventIds.FirstAfter(events, Id(2)).ShouldBe(3);
        EventIds.FirstAfter(events, Id(9)).ShouldBe(3);
        foreach (var none in (string?[])[null, "", "x", "-", "-1", "9999999999999999999999-0"])
            EventIds.FirstAfter(events, none).ShouldBe(0);
    }

    private static string Id(int second) => $"{Start.AddSeconds(second).UtcTicks}-0";

    private static ClusterView With(string name, params string[] kinds) => InMemoryClusters.Cluster(name) with
    {
        Events = [.. kinds.Select((k, i) => new ClusterEvent(Start.AddSeconds(i), k, $"It was\n{k}."))],
    };

    private static async Task<(string Kind, string? Id)> NextAsync(StreamReader reader, CancellationToken cancellation)
    {
        string? kind = null, id = null;
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("id: "))
                id = line[4..];
            else if (line.StartsWith("event: "))
                kind = line[7..];
            else if (line.Length == 0 && kind is not null)
                return (kind, id);
        }

        throw new EndOfStreamException();
    }
}
