using Mysos.Core.Protocol;

namespace Mysos.Executor.Replication;

/// <summary>When a server approaches the master that it is to follow next: a master that starts, or is elected, beside it is ready in a moment.</summary>
internal sealed class NextSource(TimeProvider time)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Later = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    /// <summary>For which slaves that do not acknowledge leave a new master to those that do, whom its first commits wait for.</summary>
    private static readonly TimeSpan Precedence = TimeSpan.FromMilliseconds(100);

    private (Endpoint Source, long Since)? _next;

    /// <summary>How long it still leaves this one to those who acknowledge; not positive: no longer.</summary>
    public TimeSpan LeftToOthers(Endpoint source) => Precedence - Waited(source);

    /// <summary>When to ask one again that was not ready.</summary>
    public TimeSpan Again(Endpoint source) => Waited(source) < Moment ? Soon : Later;

    /// <summary>It is followed from now on.</summary>
    public void Reached() => _next = null;

    /// <summary>Since it was to follow this one first.</summary>
    private TimeSpan Waited(Endpoint source)
    {
        var (_, since) = _next is { } known && known.Source == source ? known : (_next = (source, time.GetTimestamp())).Value;
        return time.GetElapsedTime(since);
    }
}
