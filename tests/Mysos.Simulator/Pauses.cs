using Mysos.Core.Scheduling;
using Mysos.Simulator.Faults;

namespace Mysos.Simulator;

/// <summary>Pauses the cluster now and then, and resumes it, for the last time when the faults are over.</summary>
/// <param name="chance">Its own, so that a world without it is what it was.</param>
internal sealed class Pauses(World world, Chance chance)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private bool _pauses = true;

    public void Begin() => world.Clock.After(chance.Seconds(0.5, 6), Pause);

    public void FaultsEnd()
    {
        _pauses = false;
        Resume();
    }

    private void Pause()
    {
        if (!_pauses)
            return;
        Set(true);
        world.Clock.After(chance.Seconds(0.1, 8), () =>
        {
            Set(false);
            world.Clock.After(chance.Seconds(0.5, 8), Pause);
        });
    }

    /// <summary>Again and again: who leads may not have heard it.</summary>
    private void Resume()
    {
        Set(false);
        world.Clock.After(LookEvery, Resume);
    }

    private void Set(bool paused) => world.Change(incarnation => new PauseRequested(0, World.Cluster, incarnation, paused));
}
