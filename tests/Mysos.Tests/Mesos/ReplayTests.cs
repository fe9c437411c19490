namespace Mysos.Tests.Mesos;

/// <summary>
/// The recordings of Apache Mesos 1.12 against the clients: what Mesos sent comes out of them as it was recorded, they
/// send what was recorded, and take each answer for what it means, wherever the bytes are cut.
/// </summary>
public sealed class ReplayTests
{
    /// <summary>
    /// How many of the recorded requests no client of Mysos makes: broken and odd ones, and polls.
    /// </summary>
    private static readonly Dictionary<string, int> NotMade = new()
    {
        ["02-call-errors"] = 39, ["05-message"] = 1, ["11-reservations-volumes"] = 1, ["14-master-failover"] = 6,
        ["15-authentication"] = 2, ["20-start-and-executor-edge-cases"] = 9,
    };

    public static TheoryData<string, Cut, int> Recordings
    {
        get
        {
            var data = new TheoryData<string, Cut, int>();
            foreach (var name in Trace.Names)
            {
                data.Add(name, Cut.AsRecorded, 0);
                data.Add(name, Cut.Bytes, 0);
                for (var seed = 1; seed <= 3; seed++)
                    data.Add(name, Cut.Random, seed);
            }
            return data;
        }
    }

    [Fact]
    public void Recordings_AreAllThere() => Trace.Names.Count.ShouldBe(20);

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Recording_Replayed_ComesOutOfTheClientsAsItWas(string name, Cut cut, int seed)
    {
        var (events, made, replaced) = (0, 0, 0);
        var parties = Trace.Read(name).GroupBy(l => l.Who).ToList();
        foreach (var party in parties.Where(p => p.Key != "operator" && p.Any(l => l.Kind is "request" or "response")))
        {
            var cuts = new Replay(cut, seed);
            await using ClientReplay client = party.Key.StartsWith("scheduler", StringComparison.Ordinal)
                ? new SchedulerReplay([.. party], cuts)
                : new ExecutorReplay([.. party], cuts);
            await client.RunAsync();
            (events, made, replaced) = (events + client.Events, made + client.CallsMade, replaced + client.Replaced);
        }
        events.ShouldBe(parties.Where(p => p.Key != "operator").Sum(p => p.Count(l => l.Kind == "record")));
        made.ShouldBeGreaterThan(10);
        replaced.ShouldBe(NotMade.GetValueOrDefault(name));
    }
}
