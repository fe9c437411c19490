using Mysos.Core.Scheduling;
using Mysos.Simulator.Faults;

namespace Mysos.Simulator;

/// <summary>
/// Has nodes apply their master's writes late: some so late that it never comes to it, some for a moment. When the faults are over, the
/// delays go or stay, and an election that waits for a delayed node gets its word.
/// </summary>
/// <param name="chance">Its own, so that a world without it is what it was.</param>
internal sealed class Owner(World world, Chance chance)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private bool _changes = true;

    public void Begin() => world.Clock.After(chance.Seconds(0.5, 4), Change);

    public void FaultsEnd()
    {
        _changes = false;
        var undo = chance.Of(0.5);
        world.Clock.After(LookEvery, () => Look(undo));
    }

    private void Change()
    {
        if (!_changes)
            return;
        if (world.State?.Durable.Nodes.Keys.ToArray() is { Length: > 0 } nodes)
            Delay(chance.Pick(nodes), chance.Pick([3600, 3600, 2, 0]));
        world.Clock.After(chance.Seconds(0.2, 8), Change);
    }

    private void Look(bool undo)
    {
        if (world.State is { } state)
        {
            foreach (var node in state.Durable.Nodes.Values.Where(n => n.DelaySeconds > 0))
            {
                if (undo)
                    Delay(node.Number, 0);
                else if (state.Durable.Election is not null)
                    world.Change(incarnation => new SwitchoverRequested(0, World.Cluster, incarnation, node.Number));
            }
        }
        world.Clock.After(LookEvery, () => Look(undo));
    }

    private void Delay(int node, int seconds) => world.Change(incarnation => new DelayRequested(0, World.Cluster, incarnation, node, seconds));
}
