using Mysos.Core.Mesos;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Master;

/// <summary>Makes offers, takes them back, and remembers what was refused.</summary>
internal sealed class OfferDesk(MasterState state)
{
    private const double DefaultRefuseSeconds = 5;

    /// <summary>Offers what is free to whoever may have it.</summary>
    public void Allocate(Moment now)
    {
        if (state.IsStopping)
            return;
        var frameworks = state.Frameworks.Values.Where(framework => framework.IsConnected).Select(framework => View(framework, now)).ToArray();
        if (frameworks.Length == 0)
            return;
        var agents = state.Agents.Values.Where(agent => agent is { IsConnected: true, IsDeactivated: false })
            .Select(agent => new Allocator.AgentView(agent.Id, state.Available(agent), agent.Total))
            .ToArray();
        foreach (var group in Allocator.Allocate(agents, frameworks).GroupBy(allocation => allocation.FrameworkId))
        {
            var framework = state.Frameworks[group.Key];
            var offers = group.Select(allocation => Offer(framework, allocation)).ToArray();
            state.Send(framework, new SchedulerEvent { Type = "OFFERS", Offers = new SchedulerEvent.OffersEvent(offers) });
        }
    }

    public void Decline(FrameworkEntry framework, SchedulerCall.DeclineCall decline, Moment now)
    {
        foreach (var id in decline.OfferIds ?? [])
        {
            if (state.Offers.TryGetValue(id, out var offer) && offer.FrameworkId == framework.Id)
            {
                state.Offers.Remove(id);
                Refuse(framework, offer.AgentId, offer.Role, offer.Resources, decline.Filters, now);
            }
        }
    }

    /// <summary>Keeps resources from the framework for as long as it said, by default for 5 s.</summary>
    public static void Refuse(
        FrameworkEntry framework, AgentId agent, string role, ResourceBag resources, Filters? filters, Moment now)
    {
        var refusal = RefusalOf(filters);
        if (refusal > TimeSpan.Zero && !resources.IsEmpty)
            framework.Filters.Add(new OfferFilter(agent, role, resources, now.Up + refusal));
    }

    /// <summary>How long the filters refuse.</summary>
    public static TimeSpan RefusalOf(Filters? filters)
    {
        var seconds = filters?.RefuseSeconds ?? DefaultRefuseSeconds;
        return seconds > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(365).TotalSeconds)) : TimeSpan.Zero;
    }

    public void Revive(FrameworkEntry framework, IReadOnlyList<string>? roles)
    {
        var revived = roles is { Count: > 0 } ? roles : framework.Roles;
        framework.Filters.RemoveAll(filter => revived.Contains(filter.Role));
        framework.InverseFilters.Clear();
        framework.Suppressed.ExceptWith(revived);
        state.AllocateNow = true;
    }

    public static void Suppress(FrameworkEntry framework, IReadOnlyList<string>? roles) =>
        framework.Suppressed.UnionWith((roles is { Count: > 0 } ? roles : framework.Roles).Intersect(framework.Roles));

    /// <summary>Takes back without a word: the framework's stream is gone, or another one has come.</summary>
    public void Withdraw(FrameworkEntry framework)
    {
        foreach (var offer in state.Offers.Values.Where(offer => offer.FrameworkId == framework.Id).ToArray())
            state.Offers.Remove(offer.Id);
        foreach (var offer in state.InverseOffers.Values.Where(offer => offer.FrameworkId == framework.Id).ToArray())
            state.InverseOffers.Remove(offer.Id);
        framework.Filters.Clear();
        framework.InverseFilters.Clear();
    }

    public void Rescind(Func<OfferEntry, bool> which)
    {
        foreach (var offer in state.Offers.Values.Where(which).ToArray())
        {
            state.Offers.Remove(offer.Id);
            if (state.Frameworks.TryGetValue(offer.FrameworkId, out var framework))
                state.Send(framework, new SchedulerEvent { Type = "RESCIND", Rescind = new SchedulerEvent.RescindEvent(offer.Id) });
        }
    }

    /// <summary>
    /// Uses the offers up. Either all of them were valid and of one agent and role, or the text says why not; then those
    /// that were valid are free again, without a filter.
    /// </summary>
    public (IReadOnlyList<OfferEntry> Offers, string? Error) Take(FrameworkEntry framework, IReadOnlyList<OfferId> ids)
    {
        var offers = new List<OfferEntry>();
        string? error = ids.Count == 0 ? "No offers specified" : null;
        foreach (var id in ids)
        {
            if (offers.Any(taken => taken.Id == id))
                error ??= $"Duplicate offer {id} in offer list";
            else if (!state.Offers.TryGetValue(id, out var offer) || offer.FrameworkId != framework.Id)
                error ??= $"Offer {id} is no longer valid";
            else
                offers.Add(offer);
        }
        error ??= offers.Select(offer => Mismatch(offer, offers[0])).FirstOrDefault(mismatch => mismatch is not null);
        foreach (var offer in offers)
            state.Offers.Remove(offer.Id);
        return (offers, error);
    }

    private static string? Mismatch(OfferEntry offer, OfferEntry first)
    {
        if (offer.AgentId != first.AgentId)
            return $"Aggregated offers must belong to one single agent. Offer {offer.Id} uses agent {offer.AgentId} and agent {first.AgentId}";
        return offer.Role == first.Role
            ? null
            : $"Aggregated offers must be allocated to the same role. Offer {offer.Id} uses role '{offer.Role}' but another is using role '{first.Role}'";
    }

    private Allocator.FrameworkView View(FrameworkEntry framework, Moment now)
    {
        framework.Filters.RemoveAll(filter => filter.Until <= now.Up);
        var allocated = state.Agents.Keys.SelectMany(framework.UsedBy)
            .Concat(state.Offers.Values.Where(offer => offer.FrameworkId == framework.Id).Select(offer => (offer.Role, offer.Resources)))
            .GroupBy(each => each.Role, each => each.Resources)
            .ToDictionary(each => each.Key, each => ResourceBag.Of(each.SelectMany(bag => bag.Items)));
        return new Allocator.FrameworkView(
            framework.Id, [.. framework.Roles.Where(role => !framework.Suppressed.Contains(role))], framework.Filters, allocated);
    }

    private Offer Offer(FrameworkEntry framework, Allocator.Allocation allocation)
    {
        var agent = state.Agents[allocation.AgentId];
        var role = framework.IsMultiRole ? allocation.Role : null;
        var executors = framework.Executors.Keys.Where(executor => executor.AgentId == agent.Id).Select(executor => executor.ExecutorId).ToArray();
        var offer = new Offer
        {
            Id = state.NextOfferId(),
            FrameworkId = framework.Id,
            AgentId = agent.Id,
            Hostname = agent.Info.Hostname,
            Url = agent.Url,
            Resources = ResourceDialect.For(allocation.Resources.ToResources(role), framework.KnowsRefinement),
            Attributes = agent.Info.Attributes,
            ExecutorIds = executors.Length > 0 ? executors : null,
            AllocationInfo = role is null ? null : new AllocationInfo(role),
            Unavailability = state.UnavailabilityOf(agent),
        };
        state.Offers.Add(
            offer.Id, new OfferEntry(offer.Id, framework.Id, agent.Id, allocation.Role, allocation.Resources) { Message = offer });
        return offer;
    }
}
