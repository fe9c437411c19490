using System.Globalization;
using System.Text;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>Makes recorded requests again, with the ids of here; each on a connection of its own, as it was.</summary>
internal sealed class RequestMaker(World world) : IDisposable
{
    private static readonly HashSet<string> OfTheConnection =
        new(StringComparer.OrdinalIgnoreCase) { "Host", "Content-Length", "Connection", "Accept-Encoding" };

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero, MaxResponseDrainSize = 0,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public ReplayConnection Make(TraceLine line)
    {
        var headers = line.Texts("headers");
        var host = world.Ids.ToHere(headers["Host"]);
        var request = new HttpRequestMessage(new HttpMethod(line.Text("method")!), $"http://{host}{world.Ids.ToHere(line.Text("path")!)}")
        {
            Content = line.Text("body") is { } body ? new ByteArrayContent(Encoding.UTF8.GetBytes(world.Ids.ToHere(body))) : null,
        };
        foreach (var (name, value) in headers.Where(header => !OfTheConnection.Contains(header.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, world.Ids.ToHere(value)))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        return new ReplayConnection(_http, request);
    }

    public void Dispose() => _http.Dispose();
}
