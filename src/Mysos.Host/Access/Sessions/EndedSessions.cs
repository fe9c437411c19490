using System.Globalization;
using System.Reactive;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Text;
using Mysos.Core.ZooKeeper;

namespace Mysos.Host.Access.Sessions;

/// <summary>A session whose owner has logged out.</summary>
/// <param name="Until">When it would have ended anyway, and need not be remembered any more.</param>
internal sealed record EndedSession(string Id, DateTimeOffset Until);

/// <summary>
/// Lets the other schedulers know of a logout, and those that start later: a node for each in ZooKeeper, as long as the session could still count.
/// Its id opens nothing; the cookie around it is encrypted.
/// </summary>
internal sealed partial class EndedSessions : IDisposable
{
    private readonly ZooKeeperConnection _zooKeeper;
    private readonly string _path;
    private readonly SessionRules _rules;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, DateTimeOffset> _known = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly CompositeDisposable _following;

    public EndedSessions(ZooKeeperConnection zooKeeper, string path, SessionRules rules, ILogger log, TimeProvider time)
    {
        (_zooKeeper, _path, _rules, _log, _time) = (zooKeeper, path, rules, log, time);
        Func<CancellationToken, Task<IZooKeeper>> connect = zooKeeper.SessionAsync;
        _following =
        [
            rules.Endings.Select(ended => Observable.FromAsync(() => TellAsync(ended))).Concat().Subscribe(),
            connect.ReadChildren(path, HearAsync, time).Subscribe(_ => { }, e => NotShared(e.Message)),
        ];
    }

    public void Dispose()
    {
        _stop.Cancel();
        _following.Dispose();
        _stop.Dispose();
    }

    private async Task TellAsync(EndedSession ended)
    {
        var until = Encoding.ASCII.GetBytes(ended.Until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        try
        {
            await _zooKeeper.RetryAsync(async session =>
            {
                await session.EnsurePathAsync(_path);
                try
                {
                    await session.CreateAsync($"{_path}/{ended.Id}", until);
                }
                catch (ZooKeeperException e) when (e.Error == ZooKeeperError.NodeExists)
                {
                    // Its answer was lost, or somebody has logged out twice.
                }
            }, _stop.Token);
        }
        catch (Exception e) when (e is ZooKeeperException or OperationCanceledException)
        {
            NotShared(e.Message);
        }
    }

    private async Task<Unit> HearAsync(IZooKeeper session, IReadOnlyList<string> ids)
    {
        foreach (var id in ids.Except(_known.Keys).ToList())
        {
            if (await session.GetAsync($"{_path}/{id}") is not { } node
                || !long.TryParse(Encoding.ASCII.GetString(node.Data), NumberStyles.None, CultureInfo.InvariantCulture, out var until))
                continue;
            var ended = new EndedSession(id, DateTimeOffset.FromUnixTimeSeconds(until));
            _known[id] = ended.Until;
            _rules.Learn(ended);
        }
        foreach (var (id, _) in _known.Where(k => k.Value <= _time.GetUtcNow()).ToList())
        {
            _known.Remove(id);
            try
            {
                await session.DeleteAsync($"{_path}/{id}");
            }
            catch (ZooKeeperException e) when (e.Error == ZooKeeperError.NoNode)
            {
                // Another scheduler was faster.
            }
        }
        return Unit.Default;
    }

    [LoggerMessage(230, LogLevel.Warning, "A logout may not be known to other schedulers: {Reason}")]
    private partial void NotShared(string reason);
}
