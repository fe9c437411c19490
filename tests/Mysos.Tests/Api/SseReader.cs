namespace Mysos.Tests.Api;

/// <summary>Reads server-sent events one by one.</summary>
internal sealed class SseReader(HttpResponseMessage answer) : IDisposable
{
    private readonly StreamReader _reader = new(answer.Content.ReadAsStream());

    public static async Task<SseReader> OpenAsync(HttpClient http, string path, CancellationToken cancellation, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("text/event-stream");
        return new SseReader(answer);
    }

    public async Task<(string Kind, string? Id, string Data)> NextAsync(CancellationToken cancellation)
    {
        string? kind = null, id = null, data = null;
        while (await _reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("id: "))
                id = line[4..];
            else if (line.StartsWith("event: "))
                kind = line[7..];
            else if (line.StartsWith("data: "))
                data = line[6..];
            else if (line.Length == 0 && kind is not null)
                return (kind, id, data!);
        }
        throw new EndOfStreamException();
    }

    public void Dispose()
    {
        _reader.Dispose();
        answer.Dispose();
    }
}
