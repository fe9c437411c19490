using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Mysos.Host.Scheduler;

/// <summary>Where the leading scheduler's API is, as far as this process knows; null while it leads itself, or nobody does.</summary>
internal sealed class LeaderAddress : IDisposable
{
    private readonly BehaviorSubject<Uri?> _changes = new(null);

    /// <summary>The address now, then each other one.</summary>
    public IObservable<Uri?> Changes => _changes.DistinctUntilChanged();

    public Uri? Current
    {
        get => _changes.Value;
        set => _changes.OnNext(value);
    }

    public void Dispose() => _changes.Dispose();
}
