using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Mysos.Tests.Browser;

/// <summary>
/// A page's live connection with a valve in it: while it is held, nothing of what the server says reaches the page, as on
/// a slow network. What the page says still goes out, in its order.
/// </summary>
internal sealed class SlowCircuit
{
    private readonly Lock _gate = new();
    private readonly Queue<Action> _waiting = new();
    private bool _held;

    private SlowCircuit()
    {
    }

    /// <summary>To be called before the page is opened.</summary>
    public static async Task<SlowCircuit> OnAsync(IPage page)
    {
        var circuit = new SlowCircuit();
        await page.RouteWebSocketAsync(new Regex("/_blazor"), circuit.Connect);
        return circuit;
    }

    public void Hold()
    {
        lock (_gate)
        {
            _held = true;
        }
    }

    /// <summary>Lets through what has waited, and all that follows.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _held = false;
            while (_waiting.TryDequeue(out var send))
            {
                send();
            }
        }
    }

    private void Connect(IWebSocketRoute page)
    {
        var server = page.ConnectToServer();
        server.OnMessage(frame => Pass(() => Send(page, frame)));
        page.OnMessage(frame => Send(server, frame));
    }

    private void Pass(Action send)
    {
        lock (_gate)
        {
            if (_held)
            {
                _waiting.Enqueue(send);
            }
            else
            {
                send();
            }
        }
    }

    private static void Send(IWebSocketRoute to, IWebSocketFrame frame)
    {
        if (frame.Binary is { } bytes)
        {
            to.Send(bytes);
        }
        else
        {
            to.Send(frame.Text!);
        }
    }
}
