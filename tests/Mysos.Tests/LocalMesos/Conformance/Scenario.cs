using Mysos.LocalMesos;
using Mysos.Tests.Mesos;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>What a recording does not say of itself.</summary>
/// <param name="Name">The recording.</param>
internal sealed record Scenario(string Name)
{
    /// <summary>When the recorded master's cycles of offers were, in milliseconds after each full one.</summary>
    public int Phase { get; init; }

    /// <summary>When the servers were started; null: before the scenario.</summary>
    public TimeSpan? Start { get; init; }

    /// <summary>In a ZooKeeper, also a single master.</summary>
    public bool IsInZooKeeper { get; init; }

    /// <summary>The masters' ports as recorded, in the order in which they joined the election.</summary>
    public IReadOnlyList<int> MasterPorts { get; init; } = [5050];

    /// <summary>Changes of the set-up that the recordings' README describes.</summary>
    public Func<LocalMesosOptions, LocalMesosOptions> Options { get; init; } = options => options;

    /// <summary>What earlier scenarios had left behind.</summary>
    public Func<World, Task> Prepare { get; init; } = _ => Task.CompletedTask;

    /// <summary>What the recorder did beside its requests, by the number of the line after which it did so.</summary>
    public IReadOnlyDictionary<int, Func<Replay, Task>> Actions { get; init; } = new Dictionary<int, Func<Replay, Task>>();

    /// <summary>What is not compared.</summary>
    public IReadOnlyList<Deviation> Deviations { get; init; } = [];
}

/// <summary>A known difference from Mesos.</summary>
/// <param name="First">The first line of the recording that it is about.</param>
/// <param name="Last">The last one.</param>
/// <param name="Field">The field that may differ; null: the lines are not played at all.</param>
/// <param name="Reason">Why that is accepted.</param>
internal sealed record Deviation(int First, int Last, string? Field, string Reason)
{
    public bool IsAbout(TraceLine line) => First <= line.Number && line.Number <= Last;
}
