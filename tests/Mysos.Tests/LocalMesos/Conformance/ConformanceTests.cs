using Mysos.Tests.ZooKeeper;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>
/// The recordings of Apache Mesos 1.12.0, played to the local Mesos: the same calls at the same times, by schedulers,
/// executors and operators, get the same answers and events.
/// </summary>
public sealed class ConformanceTests(ZooKeeperFixture zooKeeper)
{
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Recording_PlayedAgain_IsAnsweredAsMesosDid(string name)
    {
        var scenario = Scenarios.All.Single(scenario => scenario.Name == name);

        var differences = await Replay.RunAsync(scenario, scenario.IsInZooKeeper ? await zooKeeper.NewUrlAsync() : null);

        differences.ShouldBeEmpty(string.Join("\n", differences));
    }

    public static TheoryData<string> Names => new(Scenarios.All.Select(scenario => scenario.Name));
}
