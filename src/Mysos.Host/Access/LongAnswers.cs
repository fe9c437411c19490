using System.Reactive.Disposables;
using Mysos.Host.Access.Sessions;

namespace Mysos.Host.Access;

/// <summary>
/// Ends answers that go on and on when those who read them may have lost the right to, and now and then in any case: readers come
/// back, and are asked again who they are.
/// </summary>
internal sealed class LongAnswers(AccessSettings settings, SessionRules rules, TimeProvider time)
{
    /// <returns>To be disposed when the answer has ended.</returns>
    public IDisposable Limit(CancellationTokenSource end) => !settings.AsksForLogin ? Disposable.Empty : new CompositeDisposable(
        rules.Changes.Subscribe(_ => End(end)),
        time.CreateTimer(_ => End(end), null, SessionRules.Idle, Timeout.InfiniteTimeSpan));

    private static void End(CancellationTokenSource end)
    {
        try
        {
            // Elsewhere: what the end of an answer may throw is not for who has changed the file.
            _ = end.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }
}
