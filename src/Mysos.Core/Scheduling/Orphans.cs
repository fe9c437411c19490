using Mysos.Core.Clusters;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>
/// Gives back volumes and reservations that no node claims. An offer shows them: at once after their node's end, and,
/// should a scheduler have crashed in between or the agent have been away, when all agents are looked at next.
/// </summary>
internal static class Orphans
{
    /// <summary>How long offers are asked for; the agent may be gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The node is gone; its volume is to go too.</summary>
    public static void Add(Turn turn, Node node)
    {
        if (node.Volume is { } volume)
        {
            var demand = turn.State.Demand;
            turn.State = turn.State with
            {
                Demand = demand with { Orphans = demand.Orphans.Add(volume.Id), OrphansUntil = turn.Now + Patience },
            };
        }
    }

    public static void Released(Turn turn, string volume)
    {
        var demand = turn.State.Demand;
        if (demand.Orphans.Contains(volume))
            turn.State = turn.State with { Demand = demand with { Orphans = demand.Orphans.Remove(volume) } };
    }

    public static IEnumerable<Operation> Release(Turn turn, ResourcePool pool)
    {
        foreach (var owner in pool.Owners.ToArray())
        {
            var cluster = TaskNames.ClusterOf(new TaskId(owner)) is { } name ? turn.Find(name) : null;
            if (cluster?.Durable.Nodes.Values.Any(n => n.Volume?.Id == owner) == true)
                continue;
            var resources = pool.OwnedBy(owner).ToArray();
            var volumes = resources.Where(r => r.Disk?.Persistence is not null).ToArray();
            if (volumes.Length > 0)
            {
                yield return new Operation
                {
                    Type = "DESTROY", Id = new OperationId(OperationUpdates.Destroy + owner), Destroy = new Operation.VolumesOperation(volumes),
                };
            }
            // What was reserved for the role before it was given to the node stays reserved for the role.
            Resource[] reserved = [.. resources.Where(ResourcePool.IsReservedForANode).Select(ResourcePool.WithoutVolume)];
            if (reserved.Length > 0)
            {
                yield return new Operation
                {
                    Type = "UNRESERVE", Id = new OperationId(OperationUpdates.Unreserve + owner),
                    Unreserve = new Operation.ResourcesOperation(reserved),
                };
            }
        }
    }
}
