using System.Collections.Concurrent;
using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Mysos.Core.Access;
using Mysos.Host.Access.Files;

namespace Mysos.Host.Access.Sessions;

/// <summary>Which sessions count, and with which role.</summary>
internal sealed class SessionRules(AccessDirectory directory, TimeProvider time) : IDisposable
{
    /// <summary>After so long without a sign of somebody a session ends.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    /// <summary>After so long it ends whatever happens.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new(StringComparer.Ordinal);
    private readonly Subject<Unit> _changes = new();
    private readonly Subject<EndedSession> _endings = new();

    /// <summary>Some sessions may have ended, or have another role.</summary>
    public IObservable<Unit> Changes => directory.Changes.Merge(_changes);

    /// <summary>Each that is ended here.</summary>
    public IObservable<EndedSession> Endings => _endings;

    /// <summary>Null: it counts no longer.</summary>
    public Actor? ActorOf(Session session, string from) =>
        time.GetUtcNow() < session.Began + Longest && !_ended.ContainsKey(session.Id) && session.RoleBy(directory.Current) is { } role
            ? new Actor(session.Name, from, role)
            : null;

    /// <summary>Somebody has logged out: copies of the cookie count no longer either.</summary>
    public void End(Session session)
    {
        var ended = new EndedSession(session.Id, session.Began + Longest);
        Learn(ended);
        _endings.OnNext(ended);
    }

    /// <summary>It has ended, here or elsewhere.</summary>
    public void Learn(EndedSession ended)
    {
        var now = time.GetUtcNow();
        foreach (var (id, forgotten) in _ended)
        {
            if (forgotten <= now)
                _ended.TryRemove(id, out _);
        }
        _ended[ended.Id] = ended.Until;
        _changes.OnNext(Unit.Default);
    }

    public void Dispose()
    {
        _changes.Dispose();
        _endings.Dispose();
    }
}
