using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mysos.Core.Mesos;

namespace Mysos.Tests.LocalMesos;

/// <summary>
/// Requests recorded from Apache Mesos 1.12 with their answers, made again in their order: status and body have to be
/// the same. <c>$framework</c> and <c>$stream</c> stand for the ids of the framework that is subscribed meanwhile.
/// </summary>
public sealed class CallErrorConformanceTests : LocalMesosTestBase
{
    [Fact]
    public async Task RecordedRequests_MadeAgain_GetTheRecordedAnswers()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        using var http = new HttpClient();
        var different = new List<string>();
        var cases = 0;
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(Here(), "Traces", "call-errors.jsonl")))
        {
            var recorded = JsonSerializer.Deserialize<JsonElement>(line);
            cases++;
            var (expected, actual) = (Expected(recorded, scheduler), await ActualAsync(http, recorded, scheduler));
            if (expected != actual)
                different.Add($"{recorded.GetProperty("case")}\n  Mesos: {expected}\n  here:  {actual}");
        }
        cases.ShouldBeGreaterThan(60);
        different.ShouldBeEmpty(string.Join("\n", different));
    }

    private static string Expected(JsonElement recorded, TestScheduler scheduler)
    {
        var body = Text(recorded, "record") ?? Text(recorded, "answer") ?? "";
        return $"{recorded.GetProperty("status").GetInt32()} {Text(recorded, "allow")} {Fill(body, scheduler)}";
    }

    private async Task<string> ActualAsync(HttpClient http, JsonElement recorded, TestScheduler scheduler)
    {
        var server = Text(recorded, "server") == "agent" ? Agent.Endpoint : Cluster.MasterEndpoint;
        using var request = new HttpRequestMessage(new HttpMethod(Text(recorded, "method")!), $"http://{server}{Text(recorded, "path")}");
        if (Text(recorded, "accept") is { } accept)
            request.Headers.Accept.ParseAdd(accept);
        if (Text(recorded, "stream") is { } stream)
            request.Headers.Add("Mesos-Stream-Id", Fill(stream, scheduler));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Fill(Text(recorded, "body") ?? "", scheduler)));
        if (Text(recorded, "content_type") is { } type)
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return $"{(int)response.StatusCode} {string.Join(",", response.Content.Headers.Allow)} {await BodyAsync(response)}";
    }

    private static async Task<string> BodyAsync(HttpResponseMessage response)
    {
        if ((int)response.StatusCode != 200)
            return await response.Content.ReadAsStringAsync();
        // An error of the FrameworkInfo: one record, then the regular end.
        await using var stream = await response.Content.ReadAsStreamAsync();
        var records = new List<byte[]>();
        await foreach (var record in RecordIO.ReadAsync(stream))
            records.Add(record);
        return Encoding.UTF8.GetString(records.ShouldHaveSingleItem());
    }

    private static string Fill(string text, TestScheduler scheduler) =>
        text.Replace("$framework", scheduler.FrameworkId.Value).Replace("$stream", scheduler.StreamId);

    private static string? Text(JsonElement recorded, string name) =>
        recorded.TryGetProperty(name, out var value) ? value.GetString() : null;
}
