using System.Globalization;
using System.Text;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>Makes recorded requests again, with the ids of here; each on a connection of its own, as it was.</summary>
internal sealed class RequestMaker(World world) : IDisposable
{
    private static readonly HashSet<string> OfTheConnection =
        new(StringComparer.OrdinalIgnoreCase) { "Host", "Content-Length", "Connection", "Accept-Encoding" };

    private const string ToAgent = " (agent)";

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero, MaxResponseDrainSize = 0,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public ReplayConnection Make(RecordedLine line)
    {
        var headers = line.Headers;
        var path = line.Text("path")!;
        // In 19, some requests are noted without their headers.
        var host = headers.GetValueOrDefault("Host") ?? (path.EndsWith(ToAgent, StringComparison.Ordinal) ? "127.0.0.1:5051" : "127.0.0.1:5050");
        var request = new HttpRequestMessage(
            new HttpMethod(line.Text("method")!), $"http://{world.Ids.ToHere(host)}{world.Ids.ToHere(path.Replace(ToAgent, ""))}")
        {
            Content = line.Text("body") is { } body ? new ByteArrayContent(Encoding.UTF8.GetBytes(world.Ids.ToHere(body))) : null,
        };
        if (headers.Count == 0)
            request.Content?.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        foreach (var (name, value) in headers.Where(header => !OfTheConnection.Contains(header.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, world.Ids.ToHere(value)))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        return new ReplayConnection(_http, request);
    }

    public void Dispose() => _http.Dispose();
}
