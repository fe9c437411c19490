namespace Mysos.Chaos.Faults;

internal enum Failover
{
    May,
    Must,
    MustNot,
}

/// <summary>What clients may see of a fault that comes alone.</summary>
/// <param name="Failover">Whether another node is master afterwards; not asked in a cluster of one.</param>
/// <param name="Outage">No longer pause between two acknowledged rows.</param>
internal sealed record Expectation(Failover Failover, TimeSpan Outage);

/// <summary>Something that goes wrong.</summary>
/// <param name="Name">Whom it befalls, a colon, and what it is.</param>
/// <param name="LeastNodes">Smaller clusters have nobody whom it could befall.</param>
/// <param name="Expect">Of the clients' view.</param>
/// <param name="BeginAsync">Makes it happen; returns when it has.</param>
internal sealed record Fault(string Name, int LeastNodes, Expectation Expect, Func<Scene, Task> BeginAsync)
{
    /// <summary>It stays so for so long; null: it is over at once.</summary>
    public TimeSpan? Lasts { get; init; }

    /// <summary>It is over sooner when another master serves.</summary>
    public bool UntilFailover { get; init; }

    /// <summary>Ends it, and must be right after half a <see cref="BeginAsync"/>; null: there is nothing to end.</summary>
    public Func<Scene, Task>? EndAsync { get; init; }
}
