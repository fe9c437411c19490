namespace Mysos.Simulator.Faults;

/// <summary>Which faults there are in a world, how often, and for how long. Each seed has some kinds only, so that each kind has worlds of its own.</summary>
internal sealed class Plague
{
    private readonly World _world;
    private readonly Fault[] _faults;
    private readonly double _pause;
    private readonly TimeSpan _duration;
    private bool _over;
    private TimeSpan _pausedUntil;

    public Plague(World world)
    {
        _world = world;
        var chance = world.Chance;
        _faults = [.. Fault.All(world).Where(f => world.Mistake.ShownBy?.Contains(f.Name) ?? chance.Of(0.45))];
        _pause = chance.Pick([0.4, 1.2, 4]);
        _duration = chance.Seconds(5, 25);
    }

    public IEnumerable<string> Kinds => _faults.Select(f => f.Name);

    /// <summary>The first ones come when the cluster may not be complete yet. Returns when the last one is.</summary>
    public TimeSpan Begin()
    {
        var first = _world.Chance.Seconds(0.5, 4);
        if (_faults.Length > 0)
            _world.Clock.After(first, Next);
        return first + _duration;
    }

    /// <summary>All that was broken is whole again.</summary>
    public void End()
    {
        _world.Journal.Write("world", "no more faults");
        _over = true;
        _world.Network.MendAll();
        _world.Store.SlowerBy = 1;
        _world.ApplyDelay = TimeSpan.FromMilliseconds(1);
        foreach (var agent in _world.Master.Agents)
        {
            if (agent is { Down: true, Gone: false })
                agent.PowerOn();
            _world.Master.Return(agent);
        }
        foreach (var task in _world.Tasks.ToArray())
            task.Executor!.Machine.Server?.Thaw();
        _world.Owner?.FaultsEnd();
        _world.Pauses?.FaultsEnd();
        foreach (var scheduler in _world.Schedulers)
        {
            if (scheduler.Down)
                scheduler.Start();
            scheduler.Thaw();
            scheduler.NetworkMended();
        }
    }

    public void Pause(TimeSpan length) => _pausedUntil = _world.Clock.Elapsed + length;

    private void Next()
    {
        if (_over)
            return;
        if (_world.Clock.Elapsed >= _pausedUntil)
            _world.Chance.Pick(_faults).Strike();
        _world.Clock.After(_world.Chance.Seconds(0.05, 2 * _pause), Next);
    }
}
