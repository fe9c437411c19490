using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>The decider alone, subscribed: each event in, its effects out, nothing performed.</summary>
internal sealed class Mind
{
    private long _requests;

    public Mind(Func<SchedulerSettings, SchedulerSettings>? flags = null)
    {
        Settings = new SchedulerSettings
        {
            Role = OfferOf.Role, Principal = "mysos", PublicZooKeeperUrl = "zk://z:2181/mysos",
            ExecutorCommand = new CommandInfo { Value = "mysos-executor", Shell = true },
        };
        Settings = flags?.Invoke(Settings) ?? Settings;
        Happen(new MesosSubscribed(new FrameworkId("F"), null));
    }

    public SchedulerSettings Settings { get; }
    public SchedulerState State { get; private set; } = new();
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public ImmutableArray<Effect> Happen(LoopEvent happened)
    {
        var decision = Decider.Decide(State, happened, Now, Settings);
        State = decision.State;
        return decision.Effects;
    }

    public void Create(string name, int nodes, ClusterSize? size = null) => Happen(new CreateRequested(++_requests, new Cluster
    {
        Name = name, User = "u", NumNodes = nodes, Size = size ?? ClusterSize.Default, Created = DateTimeOffset.UnixEpoch,
        SealedPassword = "x", SealedReplicationPassword = "y",
    }));

    /// <summary>The offers come, and are answered: each once.</summary>
    public ImmutableArray<Effect> Offer(params Offer[] offers)
    {
        var effects = Happen(new OffersReceived(offers));
        var answered = effects.OfType<AcceptOffer>().Select(a => a.Offer).Concat(effects.OfType<DeclineOffers>().SelectMany(d => d.Offers));
        answered.Order(Comparer<OfferId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value)))
            .ShouldBe(offers.Select(o => o.Id).Order(Comparer<OfferId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value))));
        return effects;
    }

    public Node Node(string cluster, int number) => State.Clusters[cluster].Durable.Nodes[number];

    public string? AgentOf(string cluster, int number) => Node(cluster, number).Task?.Agent.Value;

    /// <summary>Of the first node that has any.</summary>
    public ImmutableSortedDictionary<string, int> Refusals(string cluster) =>
        State.Clusters[cluster].Observed.OrderBy(o => o.Key).Select(o => o.Value.Refusals).FirstOrDefault(r => !r.IsEmpty, ImmutableSortedDictionary<string, int>.Empty);

    public void Say(string cluster, int number, string state, string? reason = null) => Happen(new TaskUpdated(new Core.Mesos.TaskStatus
    {
        TaskId = Node(cluster, number).Task!.Id, AgentId = Node(cluster, number).Task!.Agent, State = state, Reason = reason, Uuid = new byte[16],
    }));
}
