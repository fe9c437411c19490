using System.Reactive.Linq;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.Live;

/// <summary>What is on the screen: a view, and the moment from which ages are counted.</summary>
public sealed record DashboardFrame(SchedulerView View, DateTimeOffset Now);

/// <summary>One browser tab's window on the read model. Components read nothing else.</summary>
public interface IDashboardSession
{
    /// <summary>What to show now.</summary>
    DashboardFrame Current { get; }

    /// <summary>
    /// Frames to show: at most 4 a second however often the state changes, and one now and then while it does not, so
    /// that ages grow; none while the browser is gone. Never ends, never fails.
    /// </summary>
    IObservable<DashboardFrame> Frames { get; }
}

internal sealed class DashboardSession : IDashboardSession
{
    /// <summary>Between two frames that changes of state cause.</summary>
    public static readonly TimeSpan MinimumInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two frames in which only ages change.</summary>
    public static readonly TimeSpan AgeInterval = TimeSpan.FromSeconds(5);

    private readonly IReadModel _model;
    private readonly TimeProvider _time;

    public DashboardSession(IReadModel model, BrowserPresence browser, TimeProvider time)
    {
        _model = model;
        _time = time;
        var scheduler = new TimeProviderScheduler(time);
        // Each view again and again until there is a newer one, for its ages.
        var frames = model.Views
            .Coalesce(MinimumInterval, scheduler)
            .Select(view => Observable.Interval(AgeInterval, scheduler).Select(_ => view).StartWith(view))
            .Switch()
            .Select(Frame);
        // Shared, because a page is several components.
        Frames = browser.Changes
            .Select(there => there ? frames : Observable.Never<DashboardFrame>())
            .Switch()
            .Publish()
            .RefCount();
    }

    public DashboardFrame Current => Frame(_model.Current);

    public IObservable<DashboardFrame> Frames { get; }

    private DashboardFrame Frame(SchedulerView view) => new(view, _time.GetUtcNow());
}
