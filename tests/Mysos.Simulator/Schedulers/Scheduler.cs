using Mysos.Core.Scheduling;

namespace Mysos.Simulator.Schedulers;

/// <summary>A scheduler process: it waits in the latch, and leads a term while it is first there.</summary>
internal sealed class Scheduler(World world, int number)
{
    private static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(6);
    private string? _latch;
    private TimeSpan? _silentSince;
    private bool _down;
    private bool _frozen;
    private readonly Queue<Action> _whenThawed = [];

    public string Host { get; } = $"s{number}";

    public Term? Term { get; private set; }

    public bool Frozen => _frozen;

    public bool Down => _down;

    /// <summary>By its own clock: two thirds of the session timeout from the last answer of ZooKeeper.</summary>
    public bool LeaseHolds => _silentSince is not { } since || world.Clock.Elapsed - since < SessionTimeout * (2.0 / 3);

    public void Start()
    {
        (_down, _silentSince) = (false, null);
        _latch = world.Store.Join(Host);
        Follow(_latch);
    }

    public void Crash()
    {
        world.Journal.Write(Host, "the scheduler dies");
        (_down, _frozen) = (true, false);
        _whenThawed.Clear();
        EndTerm();
        ExpireAfter(_latch!, SessionTimeout);
    }

    /// <summary>Nothing of it runs; what it had sent is on its way.</summary>
    public void Freeze()
    {
        world.Journal.Write(Host, "the scheduler is frozen");
        _frozen = true;
        Silence();
    }

    public void Thaw()
    {
        if (!_frozen)
            return;
        world.Journal.Write(Host, "the scheduler goes on");
        _frozen = false;
        // What had arrived is handled before ZooKeeper is heard of again.
        while (!_frozen && _whenThawed.TryDequeue(out var happens))
            happens();
        HearAgain();
    }

    public void NetworkCut() => Silence();

    public void NetworkMended() => HearAgain();

    public void Do(Action happens)
    {
        if (_down)
            return;
        if (_frozen)
            _whenThawed.Enqueue(happens);
        else
            happens();
    }

    public void EndTerm()
    {
        Term?.End();
        Term = null;
    }

    /// <summary>It has learnt that it leads no more, and waits in the latch again.</summary>
    public void Step(string why)
    {
        world.Journal.Write(Host, $"leads no more: {why}");
        EndTerm();
        if (_latch is { } latch)
            world.Store.Expire(latch);
        if (!_down)
        {
            _latch = world.Store.Join(Host);
            Follow(_latch);
        }
    }

    private void Follow(string latch) => world.Clock.After(world.Chance.Milliseconds(5, 50), () =>
    {
        if (latch != _latch || _down)
            return;
        Do(() =>
        {
            if (latch != _latch || !world.Network.Reaches(Host, Store.Host))
                return;
            if (Term is null && world.Store.Leader == latch)
            {
                world.Journal.Write(Host, "leads");
                Term = new Term(world, this, latch);
                Term.Begin();
            }
        });
        // Once it leads, nothing but its end is to be watched.
        if (Term is null)
            world.Clock.After(TimeSpan.FromMilliseconds(100), () => Follow(latch));
    });

    private void Silence()
    {
        if (_down || _silentSince is not null)
            return;
        var since = world.Clock.Elapsed;
        _silentSince = since;
        var latch = _latch!;
        world.Clock.After(SessionTimeout, () =>
        {
            if (_silentSince == since)
                world.Store.Expire(latch);
        });
        if (!world.Mistake.StaleLeaderActs)
            world.Clock.After(SessionTimeout * (2.0 / 3), () => Do(() =>
            {
                if (_silentSince == since && Term is not null)
                    Step("its lease is over");
            }));
    }

    private void HearAgain()
    {
        if (_down || _frozen || _silentSince is null || !world.Network.Reaches(Host, Store.Host))
            return;
        world.Clock.After(TimeSpan.FromMilliseconds(5), () =>
        {
            if (_down || _frozen || !world.Network.Reaches(Host, Store.Host))
                return;
            _silentSince = null;
            if (!world.Store.IsThere(_latch!) && !(world.Mistake.StaleLeaderActs && Term is not null))
                Step("its session is over");
        });
    }

    private void ExpireAfter(string latch, TimeSpan delay) => world.Clock.After(delay, () => world.Store.Expire(latch));
}
