using System.Globalization;
using System.Text;
using Mysos.Tests.Mesos;

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

    public ReplayConnection Make(TraceLine line)
    {
        var path = line.Text("path")!;
        // In 19, some requests are noted without their headers.
        var host = line.Header("Host") ?? (path.EndsWith(ToAgent, StringComparison.Ordinal) ? "127.0.0.1:5051" : "127.0.0.1:5050");
        var request = new HttpRequestMessage(
            new HttpMethod(line.Text("method")!), $"http://{world.Ids.ToHere(host)}{world.Ids.ToHere(path.Replace(ToAgent, ""))}")
        {
            Content = line.Text("body") is { } body ? new ByteArrayContent(Encoding.UTF8.GetBytes(world.Ids.ToHere(body))) : null,
        };
        if (line.Headers.Length == 0)
            request.Content?.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        foreach (var (name, value) in line.Headers.Where(header => !OfTheConnection.Contains(header.Name)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, world.Ids.ToHere(value)))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        return new ReplayConnection(_http, request);
    }

    /// <summary>One of the requests that were repeated until the answer changed, and that are not recorded themselves.</summary>
    /// <param name="who"><c>scheduler</c> asked the master, <c>executor</c> the agent.</param>
    public ReplayConnection Poll(string who)
    {
        var (host, path, body) = who == "scheduler"
            ? ("127.0.0.1:5050", "/api/v1/scheduler", """{"type":"SUBSCRIBE"}""")
            : ("127.0.0.1:5051", "/api/v1/executor", """
                {"type":"SUBSCRIBE","framework_id":{"value":"nosuch"},"executor_id":{"value":"nosuch"},"subscribe":{}}
                """);
        var request = new HttpRequestMessage(HttpMethod.Post, $"http://{world.Ids.ToHere(host)}{path}") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return new ReplayConnection(_http, request);
    }

    public void Dispose() => _http.Dispose();
}
