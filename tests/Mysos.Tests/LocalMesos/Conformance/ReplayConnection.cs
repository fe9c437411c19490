using System.Net.Sockets;
using System.Text;
using Mysos.Core.Mesos;

namespace Mysos.Tests.LocalMesos.Conformance;

internal enum StreamEnd { Open, Regular, Broken }

/// <summary>One request that is made again, and what comes for it.</summary>
internal sealed class ReplayConnection : IDisposable
{
    private readonly CancellationTokenSource _close = new();
    private readonly List<Received> _received = [];
    private readonly Lock _gate = new();
    private Task _reading = Task.CompletedTask;
    private int _records;
    private volatile StreamEnd _end;

    public ReplayConnection(HttpClient http, HttpRequestMessage request) =>
        Answer = Task.Run(() => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _close.Token));

    public Task<HttpResponseMessage> Answer { get; }
    /// <summary>The server's name for the stream; null for other answers.</summary>
    public string? StreamId { get; set; }
    /// <summary>Records that have come.</summary>
    public int Records => Volatile.Read(ref _records);
    public StreamEnd End => _end;

    public IReadOnlyList<Received> Waiting
    {
        get
        {
            lock (_gate)
                return [.. _received];
        }
    }

    public bool WasRefused => Answer.Exception?.InnerException is HttpRequestException { InnerException: SocketException or IOException }
        or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.ResponseEnded };

    /// <summary>Begins to read the answer as a stream of records.</summary>
    public void Read(HttpResponseMessage response) => _reading = Task.Run(() => ReadAsync(response));

    /// <summary>Takes the first event about the subject; those before it have been passed over at <paramref name="at"/>.</summary>
    public Received? Take(string subject, TimeSpan at)
    {
        lock (_gate)
        {
            var index = _received.FindIndex(each => each.Subject == subject);
            if (index < 0)
                return null;
            foreach (var passed in _received.Take(index))
                passed.Passed ??= at;
            var found = _received[index];
            _received.RemoveAt(index);
            return found;
        }
    }

    /// <summary>Closes the connection from this side.</summary>
    public async Task CloseAsync()
    {
        await _close.CancelAsync();
        await _reading;
    }

    public void Dispose()
    {
        _close.Cancel();
        _close.Dispose();
        if (Answer.IsCompletedSuccessfully)
            Answer.Result.Dispose();
    }

    private async Task ReadAsync(HttpResponseMessage response)
    {
        try
        {
            using (response)
            {
                await using var stream = await response.Content.ReadAsStreamAsync(_close.Token);
                await foreach (var record in RecordIO.ReadAsync(stream, cancellation: _close.Token))
                {
                    lock (_gate)
                        _received.AddRange(Received.Of(Encoding.UTF8.GetString(record)));
                    Interlocked.Increment(ref _records);
                }
            }
            _end = StreamEnd.Regular;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or HttpRequestException)
        {
            _end = StreamEnd.Broken;
        }
    }
}
