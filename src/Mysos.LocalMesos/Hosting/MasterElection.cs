using System.Text.Json;
using Microsoft.Extensions.Logging;
using Mysos.Core.Mesos;
using Mysos.Core.ZooKeeper;
using Mysos.LocalMesos.Wire;

namespace Mysos.LocalMesos.Hosting;

/// <summary>
/// One master's part in the election, as Mesos holds it: an ephemeral <c>json.info_&lt;sequence&gt;</c> node with its
/// MasterInfo; the lowest leads.
/// </summary>
internal sealed partial class MasterElection : IAsyncDisposable
{
    private const string Prefix = "json.info_";

    private readonly ZooKeeperUrl _url;
    private readonly MasterInfo _info;
    private readonly Action<MasterInfo?> _tell;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _leave = new();
    private readonly Task _running;
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="tell">Called with the leader whenever that may have changed; null: there is none, or nobody knows.</param>
    public MasterElection(ZooKeeperUrl url, MasterInfo info, TimeSpan sessionTimeout, Action<MasterInfo?> tell, ILogger logger)
    {
        (_url, _info, _tell, _logger) = (url, info, tell, logger);
        _running = Task.Run(() => RunAsync(sessionTimeout));
    }

    /// <summary>The node is there for the first time.</summary>
    public Task Joined => _joined.Task;

    /// <summary>Leaves the election; the node goes at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _leave.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    /// <summary>One session after the other: a master whose session has ended leads no more, and joins again.</summary>
    private async Task RunAsync(TimeSpan sessionTimeout)
    {
        while (!_leave.IsCancellationRequested)
        {
            try
            {
                // Sessions live in the time of their server.
                var session = await ZooKeeperClient.ConnectAsync(_url, sessionTimeout, TimeProvider.System, _leave.Token).ConfigureAwait(false);
                await using (session.ConfigureAwait(false))
                    await TakePartAsync(session).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_leave.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is ZooKeeperException or OperationCanceledException)
            {
                LogLost(_logger, error);
            }
            _tell(null);
        }
    }

    private async Task TakePartAsync(ZooKeeperClient session)
    {
        await session.EnsurePathAsync(_url.Path).ConfigureAwait(false);
        var data = JsonSerializer.SerializeToUtf8Bytes(_info, MesosWire.Json.MasterInfo);
        await session.CreateAsync(_url.At(Prefix), data, CreateMode.EphemeralSequential).ConfigureAwait(false);
        var changed = new SemaphoreSlim(0);
        using var states = session.States.Subscribe(_ => changed.Release());
        using var members = session.WatchChildren(_url.Path).Subscribe(_ => changed.Release());
        while (session.State != SessionState.Expired)
        {
            await changed.WaitAsync(_leave.Token).ConfigureAwait(false);
            if (session.State == SessionState.Connected)
                _tell(await LeaderAsync(session).ConfigureAwait(false));
            _joined.TrySetResult();
        }
    }

    private async Task<MasterInfo?> LeaderAsync(ZooKeeperClient session)
    {
        var members = await session.ChildrenAsync(_url.Path).ConfigureAwait(false) ?? [];
        foreach (var member in members.Where(member => member.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            if (await session.GetAsync(_url.At(member)).ConfigureAwait(false) is { } node)
                return JsonSerializer.Deserialize(node.Data, MesosJson.Default.MasterInfo);
        }
        return null;
    }

    [LoggerMessage(EventId = 4030, Level = LogLevel.Warning, Message = "A master's ZooKeeper session has ended; it joins the election again")]
    private static partial void LogLost(ILogger logger, Exception error);
}
