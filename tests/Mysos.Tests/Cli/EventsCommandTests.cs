using System.IO.Pipelines;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Host.Client;
using Mysos.Host.Client.Events;
using Mysos.Tests.Api;
using Mysos.Tests.Stack;

namespace Mysos.Tests.Cli;

public sealed class EventsCommandTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task Events_OfACluster_AreOneALine()
    {
        Put("told", 3);

        var people = await CliRun.OfAsync(Api, "events", "told", "-n", "2");
        var programs = await CliRun.OfAsync(Api, "events", "told", "--kind", "kind0", "--json");

        people.ShouldBe(new CliRun(0, "2026-01-02 03:04:06Z  told  kind1  It was 1.\n2026-01-02 03:04:07Z  told  kind2  It was 2.\n", ""));
        JsonDocument.Parse(programs.Out).RootElement.EnumerateArray().Single().GetProperty("text").GetString().ShouldBe("It was 0.");
        (await CliRun.OfAsync(Api, "events", "Told")).Code.ShouldBe(1);
        (await CliRun.OfAsync("http://127.0.0.1:1", "events", "-f")).Code.ShouldBe(4);
    }

    [Fact]
    public async Task Events_OfAClusterThatIsGone_AreShown()
    {
        host.Clusters.Update(v => v with
        {
            Past = v.Past.Add(new PastCluster("was", Start,
                [new ClusterEvent(Start, "cluster_deleted", "It is to go.") { By = "anna" }, new ClusterEvent(Start.AddSeconds(1), "gone", "It has gone.")])),
        });

        (await CliRun.OfAsync(Api, "events", "was")).ShouldBe(new CliRun(0,
            "2026-01-02 03:04:05Z  was  cluster_deleted  It is to go. (anna)\n2026-01-02 03:04:06Z  was  gone  It has gone.\n", ""));
    }

    [Fact]
    public async Task Follow_WhenTheSchedulerGoesAndComesBack_MissesAndRepeatsNothing()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var relay = new CutRelay(host.Port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{relay.Port}") };
        var lost = 0;
        var seen = new List<string>();
        var follower = new EventFollower(new MysosApiClient(http), TimeProvider.System, _ => Interlocked.Increment(ref lost));
        Put("cut", 1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var following = Task.Run(async () =>
        {
            await foreach (var happened in follower.RunAsync("?cluster=cut", stop.Token))
            {
                lock (seen)
                    seen.Add(happened.Kind);
            }
        });
        bool Seen(int count)
        {
            lock (seen)
                return seen.Count >= count;
        }

        await Eventually.IsAsync(() => Task.FromResult(Seen(1)), TimeSpan.FromSeconds(10), () => "the first event");
        relay.Cut();
        Put("cut", 3);
        await Eventually.IsAsync(() => Task.FromResult(Seen(3)), TimeSpan.FromSeconds(10), () => "what happened meanwhile");
        await stop.CancelAsync();
        await following;

        seen.ShouldBe(["kind0", "kind1", "kind2"]);
        lost.ShouldBe(1);
    }

    [Fact]
    public async Task WatchedStream_WhenNothingComes_Fails()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var pipe = new Pipe();
        await using var stream = new WatchedStream(pipe.Reader.AsStream(), TimeSpan.FromSeconds(40), time);
        await pipe.Writer.WriteAsync("x"u8.ToArray());
        var buffer = new byte[8];

        (await stream.ReadAsync(buffer)).ShouldBe(1);
        var reading = stream.ReadAsync(buffer).AsTask();
        time.Advance(TimeSpan.FromSeconds(39));
        reading.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(1));

        await Should.ThrowAsync<TimeoutException>(reading);
    }

    private string Api => $"http://127.0.0.1:{host.Port}";

    private void Put(string name, int events) => host.Clusters.Put(InMemoryClusters.Cluster(name) with
    {
        Events = [.. Enumerable.Range(0, events).Select(i => new ClusterEvent(Start.AddSeconds(i), $"kind{i}", $"It was {i}."))],
    });
}
