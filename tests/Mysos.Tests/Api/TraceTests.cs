using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mysos.Core.Clusters;
using Mysos.Tests.Stack;

namespace Mysos.Tests.Api;

/// <summary>Traces, as a collector in this process gets them.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task Failover_OfALeader_IsOneTraceWithASpanForEachStep()
    {
        var spans = await TracedAsync(leads: true);

        var whole = spans.Single(s => s.Name == "mysos.failover");
        whole.Parent.ShouldBeEmpty();
        (whole.End - whole.Start).ShouldBe(TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(1));
        whole.Text.ShouldContain("traced");
        var parts = spans.Where(s => s.Parent == whole.Id).ToArray();
        parts.Select(p => p.Name).ShouldBe(["master_elected", "master_serves", "failed_over"], ignoreOrder: true);
        parts.ShouldAllBe(p => p.Trace == whole.Trace);
        var elected = parts.Single(p => p.Name == "master_elected");
        elected.Start.ShouldBe(whole.Start);
        (elected.End - elected.Start).ShouldBe(TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(1));
        elected.Text.ShouldContain("It was master_elected.");
        parts.Single(p => p.Name == "failed_over").End.ShouldBe(whole.End);
        var create = spans.Single(s => s.Name == "mysos.create");
        create.Trace.ShouldNotBe(whole.Trace);
        spans.Count(s => s.Parent == create.Id).ShouldBe(2);
        spans.Count(s => s.Parent == "").ShouldBe(2);
    }

    [Fact]
    public async Task Failover_OfAFollower_IsTracedByTheLeaderAlone() => (await TracedAsync(leads: false)).ShouldBeEmpty();

    private static async Task<Span[]> TracedAsync(bool leads)
    {
        var bodies = new ConcurrentQueue<byte[]>();
        await using var collector = await CollectAsync(bodies);
        await using (var host = new ApiHost { OtlpEndpoint = new Uri(collector.Urls.Single()) })
        {
            host.Clusters.Leads = leads;
            await host.InitializeAsync();
            var now = TimeProvider.System.GetUtcNow();
            ClusterEvent At(double seconds, string kind) => new(now.AddSeconds(seconds), kind, $"It was {kind}.");
            host.Clusters.Put(InMemoryClusters.Cluster("traced") with
            {
                Events =
                [
                    At(0, "cluster_created"), At(1, "node_launched"), At(2, "cluster_complete"),
                    At(5, "cluster_paused"), At(8, "cluster_resumed"), At(10, "master_lost"), At(10.25, "master_elected"), At(10.3, "master_serves"), At(10.4, "failed_over"),
                ],
            });
            await Eventually.IsAsync(
                async () => (await host.Http.GetStringAsync("/metrics")).Contains("mysos_failover_duration_seconds_count", StringComparison.Ordinal),
                TimeSpan.FromSeconds(20), () => "the failover to be noticed");
            // What has ended is sent when the program does, at the latest.
        }
        return [.. bodies.SelectMany(Spans)];
    }

    private static async Task<WebApplication> CollectAsync(ConcurrentQueue<byte[]> bodies)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            bodies.Enqueue(body.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
        await app.StartAsync();
        return app;
    }

    /// <summary>https://github.com/open-telemetry/opentelemetry-proto: ExportTraceServiceRequest.resource_spans[].scope_spans[].spans[].</summary>
    private static IEnumerable<Span> Spans(byte[] request) =>
        from resource in Fields(request).Where(f => f.Number == 1)
        from scope in Fields(resource.Bytes).Where(f => f.Number == 2)
        from span in Fields(scope.Bytes).Where(f => f.Number == 2)
        select Read(span.Bytes);

    private static Span Read(byte[] span)
    {
        var fields = Fields(span).ToLookup(f => f.Number, f => f.Bytes);
        string Hex(int field) => Convert.ToHexString(fields[field].FirstOrDefault() ?? []);
        DateTimeOffset Time(int field) => DateTimeOffset.UnixEpoch.AddTicks((long)(BitConverter.ToUInt64(fields[field].Single()) / 100));
        return new Span(Hex(1), Hex(2), Hex(4), Encoding.UTF8.GetString(fields[5].Single()), Time(7), Time(8), string.Concat(fields[9].Select(Encoding.UTF8.GetString)));
    }

    /// <summary>The fields of a message: https://protobuf.dev/programming-guides/encoding/</summary>
    private static IEnumerable<(int Number, byte[] Bytes)> Fields(byte[] message)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            var length = (tag & 7) switch { 0 => -1, 1 => 8, 2 => (int)Varint(message, ref at), 5 => 4, var kind => throw new InvalidDataException($"{kind}") };
            if (length < 0)
            {
                Varint(message, ref at);
                continue;
            }
            yield return ((int)(tag >> 3), message[at..(at + length)]);
            at += length;
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
    }

    private sealed record Span(string Trace, string Id, string Parent, string Name, DateTimeOffset Start, DateTimeOffset End, string Text);
}
