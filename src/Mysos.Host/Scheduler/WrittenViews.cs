using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;

namespace Mysos.Host.Scheduler;

/// <summary>
/// Lets a client read what it wrote: after a write that went to the leader, this scheduler answers only once it shows a
/// view with it, or after a moment, should the leader be out of sight.
/// </summary>
internal sealed class WrittenViews(ReadModel readModel, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task WaitAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.Headers.TryGetValues(LeaderHttp.ViewHeader, out var values) && ViewVersion.Parse(values.First()) is { } written)
            await readModel.ReachAsync(written, Patience, time, cancellation);
    }
}
