using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mysos.Core.Mesos;

namespace Mysos.Tests.Mesos;

/// <summary>
/// An HTTP/1.1 server on a socket of its own: a test takes each request that has come and sends the answer's bytes, as
/// they were recorded or as no proper server would send them.
/// </summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _lock = new();
    private readonly List<RawRequest> _waiting = [];
    private readonly HashSet<Socket> _connections = [];
    private readonly Task _listening;
    private Func<RawRequest, bool> _accepted = _ => false;
    private volatile bool _refuses;
    private TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RawServer()
    {
        _listener.Start();
        Uri = new Uri($"http://{_listener.LocalEndpoint}");
        _listening = ListenAsync();
    }

    public Uri Uri { get; }

    /// <summary>Every connection is closed, those to come too: nobody is there.</summary>
    public bool Refuses
    {
        get => _refuses;
        set
        {
            lock (_lock)
                _refuses = value;
            if (value)
                Break();
        }
    }

    /// <summary>How many connections were made.</summary>
    public int Connections { get; private set; }

    /// <summary>The first request that has not been taken yet and fits, waiting for it up to a deadline.</summary>
    public async Task<RawRequest> TakeAsync(Func<RawRequest, bool>? fits = null, string what = "a request")
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            Task next;
            lock (_lock)
            {
                next = _came.Task;
                if (_waiting.FirstOrDefault(r => fits is null || fits(r)) is { } request)
                {
                    _waiting.Remove(request);
                    return request;
                }
            }
            try
            {
                await next.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                lock (_lock)
                    throw new TimeoutException($"{what} did not come; what came: {string.Join("\n", _waiting)}");
            }
        }
    }

    /// <summary>Answers what nobody will take, now and from now on: 202 where it fits.</summary>
    public async Task AcceptAsync(Func<RawRequest, bool> fits)
    {
        List<RawRequest> accepted;
        lock (_lock)
        {
            _accepted = fits;
            accepted = _waiting.FindAll(r => fits(r));
            _waiting.RemoveAll(r => fits(r));
        }
        foreach (var request in accepted)
            await request.AnswerAsync(202, "Accepted");
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _listening;
        Break();
    }

    private void Break()
    {
        lock (_lock)
        {
            _waiting.Clear();
            foreach (var connection in _connections)
                connection.Dispose();
            _connections.Clear();
        }
    }

    /// <returns>False: it is not waited for, and accepted.</returns>
    private bool Wait(RawRequest request, Socket connection)
    {
        TaskCompletionSource came;
        lock (_lock)
        {
            if (_accepted(request))
                return false;
            // Unless it was broken after the request was read.
            if (_connections.Contains(connection))
                _waiting.Add(request);
            (came, _came) = (_came, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        came.SetResult();
        return true;
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                Connections++;
                socket.NoDelay = true;
                bool served;
                lock (_lock)
                    served = !_refuses && _connections.Add(socket);
                if (served)
                    _ = ServeAsync(socket);
                else
                    socket.Dispose();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket);
            var reader = PipeReader.Create(stream);
            while (await RawRequest.ReadAsync(reader, socket) is { } request)
            {
                if (Wait(request, socket))
                    await request.Answered;
                else
                    await request.AnswerAsync(202, "Accepted");
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The client has closed it, or the test.
        }
        finally
        {
            lock (_lock)
                _connections.Remove(socket);
            socket.Dispose();
        }
    }
}

/// <summary>A request, and the connection for its answer.</summary>
internal sealed class RawRequest
{
    private readonly Socket _socket;
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RawRequest(Socket socket) => _socket = socket;

    public required string Method { get; init; }
    public required string Path { get; init; }
    public required IReadOnlyDictionary<string, string> Headers { get; init; }
    public required string Body { get; init; }

    internal Task Answered => _answered.Task;

    public async Task AnswerAsync(int status, string reason, string body = "", params (string Name, string Value)[] headers)
    {
        if (headers.All(h => h.Name != "Content-Length"))
            headers = [.. headers, ("Content-Length", Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture))];
        await SendAsync(Encoding.UTF8.GetBytes(Head(status, reason, headers) + body));
        _answered.TrySetResult();
    }

    /// <summary>The head of an answer in chunks.</summary>
    public Task StartAsync(int status, string reason, params (string Name, string Value)[] headers) =>
        SendAsync(Encoding.ASCII.GetBytes(Head(status, reason, headers)));

    /// <summary>The head of an event stream.</summary>
    public Task StartAsync() => StartAsync(
        200, "OK", ("Transfer-Encoding", "chunked"), ("Mesos-Stream-Id", "stream-1"), ("Content-Type", "application/json"));

    /// <summary>One record in one chunk, as Mesos sends them.</summary>
    public Task WriteRecordAsync(string json) => SendAsync(Chunk(RecordIO.Frame(Encoding.UTF8.GetBytes(json))));

    public static byte[] Chunk(ReadOnlyMemory<byte> bytes) =>
        [.. Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), .. bytes.Span, .. "\r\n"u8];

    /// <summary>The terminating chunk: a regular end.</summary>
    public async Task EndAsync()
    {
        await SendAsync("0\r\n\r\n"u8.ToArray());
        _answered.TrySetResult();
    }

    /// <summary>Closes the connection, whatever has been sent: the end of a process.</summary>
    public void Break()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The client was faster.
        }
        _answered.TrySetResult();
    }

    public override string ToString() => $"{Method} {Path} {Body}";

    internal static async Task<RawRequest?> ReadAsync(PipeReader reader, Socket socket)
    {
        var head = "";
        while (head.Length == 0)
        {
            var read = await reader.ReadAsync();
            var text = Encoding.Latin1.GetString(read.Buffer.ToArray());
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0 && read.IsCompleted)
                return null;
            head = end < 0 ? "" : text[..end];
            reader.AdvanceTo(read.Buffer.GetPosition(end < 0 ? 0 : end + 4), end < 0 ? read.Buffer.End : read.Buffer.GetPosition(end + 4));
        }
        var lines = head.Split("\r\n");
        var headers = lines.Skip(1).Select(l => l.Split(':', 2)).ToDictionary(h => h[0], h => h[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var length = headers.TryGetValue("Content-Length", out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : 0;
        var body = await reader.ReadAtLeastAsync(length);
        if (body.Buffer.Length < length)
            return null;
        var first = lines[0].Split(' ');
        var request = new RawRequest(socket)
        {
            Method = first[0], Path = first[1], Headers = headers, Body = Encoding.UTF8.GetString(body.Buffer.Slice(0, length)),
        };
        reader.AdvanceTo(body.Buffer.GetPosition(length));
        return request;
    }

    private static string Head(int status, string reason, IEnumerable<(string Name, string Value)> headers) =>
        $"HTTP/1.1 {status} {reason}\r\n{string.Concat(headers.Select(h => $"{h.Name}: {h.Value}\r\n"))}\r\n";

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
    }
}
