using Mysos.Simulator.Mistakes;

namespace Mysos.Simulator;

/// <summary>What a seed came to.</summary>
/// <param name="Violation">Null: all invariants held.</param>
/// <param name="Digest">The same for each run of the seed.</param>
internal sealed record Outcome(int Seed, Violation? Violation, long Events, int Acknowledged, TimeSpan Elapsed, ulong Digest);

/// <summary>Runs a world from its seed: faults for a while, then none until all is as it should be.</summary>
internal static class Simulation
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <param name="journal">Takes the log; null: none is kept.</param>
    public static Outcome Run(int seed, Mistake? mistake = null, TextWriter? journal = null)
    {
        var world = new World(seed, mistake ?? new Mistake(), journal);
        world.Begin();
        var faultsEnd = world.Plague.Begin();
        var look = faultsEnd;
        var mended = false;
        try
        {
            while (world.Watch.Found is null && world.Broken is null)
            {
                world.Clock.Step();
                if (world.Clock.Elapsed < look)
                    continue;
                look = world.Clock.Elapsed + LookEvery;
                if (!mended)
                    world.Plague.End();
                mended = true;
                if (world.Watch.WhyNotSettled() is not { } why)
                    break;
                if (world.Clock.Elapsed > faultsEnd + Patience)
                    world.Watch.NotSettled(why);
            }
        }
        catch (Exception e)
        {
            world.Break(e);
        }
        if (world.Broken is { } broken)
            world.Watch.Fail(Invariant.NothingBreaks, broken.ToString());
        return new Outcome(seed, world.Watch.Found, world.Clock.Events, world.Watch.Acknowledgements, world.Clock.Elapsed, world.Clock.Digest);
    }
}
