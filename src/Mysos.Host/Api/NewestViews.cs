using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mysos.Core.Clusters;

namespace Mysos.Host.Api;

/// <summary>Views for readers that may be slow.</summary>
internal static class NewestViews
{
    /// <summary>
    /// The view now and newer ones; a slow reader skips views. Null each time that <paramref name="silence"/> has passed
    /// without one. Ends only when it is cancelled.
    /// </summary>
    public static async IAsyncEnumerable<SchedulerView?> NewestAsync(
        this IReadModel model, TimeSpan silence, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var views = Channel.CreateBounded<SchedulerView>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        using var subscription = model.Views.Subscribe(view => views.Writer.TryWrite(view));
        var arrival = views.Reader.WaitToReadAsync(cancellation).AsTask();
        while (true)
        {
            var silent = false;
            try
            {
                await arrival.WaitAsync(silence, time, cancellation);
            }
            catch (TimeoutException)
            {
                silent = true;
            }
            if (silent)
            {
                yield return null;
                continue;
            }
            while (views.Reader.TryRead(out var view))
                yield return view;
            arrival = views.Reader.WaitToReadAsync(cancellation).AsTask();
        }
    }
}
