using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Mysos.Bench.Dashboards;

/// <summary>An open dashboard without a browser: Blazor Server's own protocol, every batch acknowledged, nothing drawn.</summary>
internal sealed class PlayedBrowser : IAsyncDisposable
{
    private readonly Uri _root;
    private readonly HubConnection _hub;
    private readonly byte[] _shown;
    private readonly TaskCompletionSource _shows = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _circuit = "";
    private bool _closing;
    private Socket? _socket;
    private int _batches;
    private int _calls;

    private PlayedBrowser(Uri root, string shown)
    {
        _root = root;
        _shown = Encoding.UTF8.GetBytes(shown);
        var builder = new HubConnectionBuilder().WithUrl(new Uri(root, "_blazor"), options => options.WebSocketFactory = async (context, cancellation) =>
        {
            var socket = new ClientWebSocket();
            // As browsers do.
            socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
            using var handler = new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync };
            using var invoker = new HttpMessageInvoker(handler);
            await socket.ConnectAsync(context.Uri, invoker, cancellation);
            return socket;
        });
        builder.Services.AddSingleton<IHubProtocol, BlazorPack>();
        _hub = builder.Build();
        _hub.On("JS.RenderBatch", (long batch, byte[] data) => RenderAsync(batch, data));
        _hub.On("JS.BeginInvokeJS", (long call, string identifier, string? arguments, int _, long _, int _) => CallAsync(call, identifier, arguments));
        _hub.On("JS.AttachComponent", (int _, string _) => { });
        _hub.On("JS.EndUpdateRootComponents", (long _) => { });
        _hub.On("JS.EndInvokeDotNet", (string call, bool done, string? answer) => Fail(done ? null : $"call {call}: {answer}"));
        _hub.On("JS.Error", (string error) => Fail(error));
        _hub.Closed += e =>
        {
            Fail("The connection has ended.");
            return Task.CompletedTask;
        };
    }

    /// <summary>What has come since the connection was opened, as it came over the network: compressed.</summary>
    public long Bytes
    {
        get
        {
            // tcpi_bytes_received of struct tcp_info (linux/tcp.h).
            Span<byte> info = stackalloc byte[136];
            _ = _socket!.GetRawSocketOption((int)ProtocolType.Tcp, 11, info);
            return BitConverter.ToInt64(info[128..]);
        }
    }

    /// <summary>Opens the page, and waits until it shows what it should.</summary>
    public static async Task<PlayedBrowser> OpenAsync(HttpClient http, string path, string shown)
    {
        var root = http.BaseAddress!;
        var page = BlazorPage.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative)));
        var browser = new PlayedBrowser(root, shown);
        await browser._hub.StartAsync();
        browser._circuit = await browser._hub.InvokeAsync<string>("StartCircuit", root, new Uri(root, path), "[]", page.State);
        await browser._hub.SendAsync("UpdateRootComponents", page.Operations, page.State);
        await browser._shows.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return browser;
    }

    /// <summary>Whether the circuit of a browser that has gone is still there to come back to. If it is, it is back.</summary>
    public async Task<bool> ReturnsAsync()
    {
        await using var again = new PlayedBrowser(_root, "");
        await again._hub.StartAsync();
        return await again._hub.InvokeAsync<bool>("ConnectCircuit", _circuit);
    }

    /// <summary>How many batches came since the last look.</summary>
    public int Batches() => Interlocked.Exchange(ref _batches, 0);

    /// <summary>Goes without telling the server that it will not come back.</summary>
    public ValueTask DisposeAsync()
    {
        _closing = true;
        return _hub.DisposeAsync();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await _socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(_socket, ownsSocket: true);
    }

    private Task RenderAsync(long batch, byte[] data)
    {
        Interlocked.Increment(ref _batches);
        if (!_shows.Task.IsCompleted && data.AsSpan().IndexOf(_shown) >= 0)
            _shows.TrySetResult();
        return _hub.SendAsync("OnRenderCompleted", batch, null);
    }

    private async Task CallAsync(long call, string identifier, string? arguments)
    {
        if (call != 0)
            await _hub.SendAsync("EndInvokeJSFromDotNet", call, true, $"[{call},true,{PlayedScripts.Answer(identifier)}]");
        if (PlayedScripts.Scrolled(identifier, arguments) is { } scrolled)
            await _hub.SendAsync("BeginInvokeDotNetFromJS", $"{++_calls}", null, "OnSpacerBeforeVisible", scrolled.List, scrolled.Arguments);
    }

    private void Fail(string? why)
    {
        if (why is null || _closing)
            return;
        if (!_shows.TrySetException(new InvalidOperationException(why)))
            Console.Error.WriteLine(why);
    }
}
