using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>Why an agent is, or will be, out of service.</summary>
/// <param name="Start">Of the scheduled maintenance of its machine; null: none is known.</param>
/// <param name="End">Null: none is promised.</param>
/// <param name="Draining">Operators drain the agent.</param>
public sealed record AgentMaintenance(DateTimeOffset? Start, DateTimeOffset? End, bool Draining)
{
    /// <summary>Mesos' last question whether the machine may go.</summary>
    public OfferId? InverseOffer { get; init; }
}

/// <summary>
/// Machines whose operators announced maintenance: nothing new is placed on them, and Mesos is told whether they may go.
/// </summary>
internal static class Maintenance
{
    /// <summary>What begins later than this is no reason to do anything yet.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromHours(1);
    /// <summary>After which Mesos asks again whether a machine may go that could not be spared.</summary>
    private const double AskAgain = 10;
    private const double NeverMind = 3600;

    /// <summary>The agent is out of service now, or within the hour: what matters should move away.</summary>
    public static bool Concerns(SchedulerState state, AgentId agent, DateTimeOffset now) =>
        state.Maintenance.GetValueOrDefault(agent.Value) is { } known
        && (known.Draining || (known.Start is { } start && start <= now + Soon && !(known.End <= now)));

    public static string? WhyAvoided(Turn turn, AgentId agent) => !Concerns(turn.State, agent, turn.Now) ? null
        : turn.State.Maintenance[agent.Value].Draining ? "the agent is being drained"
        : "maintenance of the agent's machine begins soon";

    /// <summary>Why the agent's nodes should not be masters any more; null: they may.</summary>
    public static string? WhyLeave(Turn turn, AgentId agent) => !Concerns(turn.State, agent, turn.Now) ? null
        : turn.State.Maintenance[agent.Value] is { Draining: false, Start: { } start }
            ? $"maintenance of its agent's machine {(start > turn.Now ? "begins" : "began")} at {start.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"
        : "its agent is being drained";

    public static void Asked(Turn turn, ImmutableArray<InverseOffer> questions)
    {
        foreach (var question in questions)
        {
            if (question.AgentId is not { } agent)
                continue;
            var known = turn.State.Maintenance.GetValueOrDefault(agent.Value) ?? new AgentMaintenance(null, null, false);
            var (start, end) = Window(question.Unavailability);
            Set(turn, agent, known with { Start = start, End = end, InverseOffer = question.Id });
        }
        var answers = questions.ToLookup(q => q.AgentId is { } agent && CanGo(turn, agent), q => q.Id);
        if (answers[true].Any())
            turn.Do(new AcceptInverseOffers([.. answers[true]], NeverMind));
        if (answers[false].Any())
            turn.Do(new DeclineInverseOffers([.. answers[false]], AskAgain));
    }

    /// <summary>Mesos takes a question back when the maintenance is called off, or announced anew and asked about again.</summary>
    public static void Rescinded(Turn turn, OfferId question)
    {
        foreach (var (agent, known) in turn.State.Maintenance.Where(m => m.Value.InverseOffer == question).ToArray())
            Set(turn, new AgentId(agent), known with { Start = null, End = null, InverseOffer = null });
    }

    public static void Draining(Turn turn, AgentId agent) =>
        Set(turn, agent, (turn.State.Maintenance.GetValueOrDefault(agent.Value) ?? new AgentMaintenance(null, null, false)) with { Draining = true });

    /// <summary>What an offer says of its machine is the newest; and an agent that is drained is not offered.</summary>
    public static void Offered(Turn turn, Offer offer)
    {
        var (start, end) = Window(offer.Unavailability);
        var known = turn.State.Maintenance.GetValueOrDefault(offer.AgentId.Value);
        if (known is null && start is null)
            return;
        Set(turn, offer.AgentId, new AgentMaintenance(start, end, false) { InverseOffer = start is null ? null : known?.InverseOffer });
    }

    /// <summary>No cluster loses its master with this agent.</summary>
    private static bool CanGo(Turn turn, AgentId agent) => turn.State.Index.On(agent).All(key =>
        turn.Find(key.Cluster) is { } cluster
        && (cluster.Durable.Nodes[key.Number].Retiring
            || (cluster.Durable.Master is { } master && master != key.Number && Mastership.IsServingMaster(cluster, master)
                && cluster.Durable.Nodes[master].Task?.Agent != agent)));

    private static void Set(Turn turn, AgentId agent, AgentMaintenance next)
    {
        var all = turn.State.Maintenance;
        if (next is { Start: null, Draining: false })
            all = all.Remove(agent.Value);
        else if (all.GetValueOrDefault(agent.Value) != next)
            all = all.SetItem(agent.Value, next);
        if (ReferenceEquals(all, turn.State.Maintenance))
            return;
        turn.State = turn.State with { Maintenance = all };
        foreach (var key in turn.State.Index.On(agent))
            turn.LookAt(key.Cluster);
    }

    private static (DateTimeOffset? Start, DateTimeOffset? End) Window(Unavailability? unavailability)
    {
        if (unavailability?.Start is not { } start)
            return (null, null);
        var from = DateTimeOffset.UnixEpoch.AddTicks(start.Nanoseconds / TimeSpan.NanosecondsPerTick);
        return (from, unavailability.Duration is { } duration ? from.AddTicks(duration.Nanoseconds / TimeSpan.NanosecondsPerTick) : null);
    }
}
