using Mysos.Core.Discovery;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;
using Mysos.Core.State;
using Mysos.Simulator.Mesos;

namespace Mysos.Simulator.Schedulers;

/// <summary>
/// One leadership: the real decisions, in the order of <c>SchedulerLoop</c>. What changed becomes durable, and then what
/// follows from it is done.
/// </summary>
internal sealed class Term(World world, Scheduler scheduler, string latch)
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(500);
    private readonly Dictionary<string, Writer> _writers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<Action<Action>>> _publications = new(StringComparer.Ordinal);
    private SchedulerState _state = new();
    private bool _ended;
    private int _stream;
    private bool _recovered;

    public SchedulerState State => _state;

    public bool Recovered => _recovered;

    public void Begin() => world.Store.Load(scheduler.Host, () => !_ended, (recovered, versions) => scheduler.Do(() =>
    {
        if (_ended)
            return;
        foreach (var (key, version) in versions)
            _writers[key] = NewWriter(key, version);
        Handle(recovered);
        _recovered = true;
        Tick();
        Connect();
    }));

    public void End()
    {
        _ended = true;
        world.Master.Disconnect(_stream);
    }

    public void Post(LoopEvent happened) => scheduler.Do(() =>
    {
        if (!_ended && _recovered)
            Handle(happened);
    });

    /// <summary>The connection to Mesos breaks; another is made in a moment.</summary>
    public void Reconnect()
    {
        if (_stream == 0)
            return;
        world.Master.Disconnect(_stream);
        _stream = 0;
        Post(new MesosDisconnected("the stream broke"));
        Connect();
    }

    private void Connect() => world.Clock.After(world.Chance.Milliseconds(5, 300), () => scheduler.Do(() =>
    {
        if (_ended || (!scheduler.LeaseHolds && !world.Mistake.StaleLeaderActs))
            return;
        if (!world.Network.Reaches(scheduler.Host, Master.Host))
            Connect();
        else
            _stream = world.Master.Subscribe(Post, () => scheduler.Do(() =>
            {
                if (!_ended && !world.Mistake.StaleLeaderActs)
                    scheduler.Step("another scheduler has subscribed");
            }));
    }));

    private void Tick()
    {
        if (_ended)
            return;
        Post(new Ticked(world.Clock.Now));
        world.Clock.After(TickEvery, () => scheduler.Do(Tick));
    }

    private bool MayAct()
    {
        if (_ended)
            return false;
        if (scheduler.LeaseHolds || world.Mistake.StaleLeaderActs)
            return true;
        scheduler.Step("its lease is over");
        return false;
    }

    private void Handle(LoopEvent happened)
    {
        if (!MayAct())
            return;
        if (world.Journal.On)
            Tell(happened);
        var before = _state;
        var decision = world.Mistake.Decided(before, Decider.Decide(before, happened, world.Clock.Now, world.Settings), world.Clock.Now);
        _state = decision.State;
        if (happened is not Core.Scheduling.Recovered)
            Keep(before, decision);
        foreach (var effect in decision.Effects)
            PerformWhenDurable(effect);
    }

    private void Tell(LoopEvent happened)
    {
        switch (happened)
        {
            case ExecutorSpoke { Message.Report: { } report } spoke: world.Journal.Write(scheduler.Host, $"hears {spoke.Executor}: {Text.Of(report)}"); break;
            case TaskUpdated { Status: var status }: world.Journal.Write(scheduler.Host, $"hears {status.TaskId} {status.State} {status.Reason}"); break;
            case Ticked or OffersReceived or ExecutorSpoke or OperationUpdated: break;
            default: world.Journal.Write(scheduler.Host, $"hears {happened.GetType().Name}"); break;
        }
    }

    private void Keep(SchedulerState before, Decision decision)
    {
        if (before.Record != decision.State.Record)
            WriterOf(StateJson.SchedulerKey).Write(decision.State.Record);
        foreach (var name in decision.Touched.Order(StringComparer.Ordinal))
        {
            var was = before.Clusters.GetValueOrDefault(name)?.Durable;
            var now = decision.State.Clusters.GetValueOrDefault(name)?.Durable;
            if (ReferenceEquals(was, now))
                continue;
            WriterOf(StateJson.KeyOf(name)).Write(now);
            if (world.Journal.On && now is not null)
            {
                foreach (var happened in now.Events.Skip(was is null ? 0 : was.Events.Count < 40 ? was.Events.Count : was.Events.FindLastIndex(e => e == was.Events[^1]) + 1))
                    world.Journal.Write(scheduler.Host, $"* {happened.Kind}: {happened.Text}");
                if (was?.AckChange != now.AckChange)
                    world.Journal.Write(scheduler.Host, $"* ackers {string.Join(',', now.Ackers)} barred {string.Join(',', now.Barred)}, change {now.AckChange?.ToString() ?? "none"}");
            }
        }
    }

    private Writer WriterOf(string key)
    {
        if (!_writers.TryGetValue(key, out var writer))
            _writers[key] = writer = NewWriter(key, -1);
        return writer;
    }

    private Writer NewWriter(string key, int version) => new(version, (content, expected, done) =>
        world.Store.Write(scheduler.Host, latch, key, content, expected, () => !scheduler.Down, (end, now) => scheduler.Do(() =>
        {
            if (_ended)
                return;
            if (end == WriteEnd.Done)
                done(now);
            else
                scheduler.Step($"{key}: {end}");
        })));

    private void PerformWhenDurable(Effect effect)
    {
        if (world.Mistake.ActsBeforeDurable(effect))
        {
            Perform(effect);
            return;
        }
        var waits = effect.After.Select(StateJson.KeyOf).Append(StateJson.SchedulerKey)
            .Select(k => _writers.GetValueOrDefault(k)).Where(w => w is { Busy: true }).ToArray();
        var left = waits.Length;
        if (left == 0)
            Perform(effect);
        foreach (var writer in waits)
        {
            writer!.WhenDurable(() =>
            {
                if (--left == 0)
                    Perform(effect);
            });
        }
    }

    private void Perform(Effect effect)
    {
        if (!MayAct())
            return;
        switch (effect)
        {
            case Answer answer: world.Answered(answer); break;
            case PublishServerSet publish: Publish(publish.Cluster, publish.Set, new ServerSetPublished(publish.Cluster, publish.Incarnation, publish.Set)); break;
            case RemoveServerSet remove: Publish(remove.Cluster, null, new ServerSetRemoved(remove.Cluster, remove.Incarnation)); break;
            default:
                var stream = _stream;
                var delay = world.Chance.Milliseconds(0.2, 2) + (world.Chance.Of(world.Network.Lateness) ? world.Chance.Seconds(0, 3) : TimeSpan.Zero);
                if (!world.Chance.Of(world.Network.Loss / 4))
                    world.Clock.After(delay, () =>
                    {
                        if (world.Network.Reaches(scheduler.Host, Master.Host))
                            world.Master.Call(stream, effect);
                    });
                break;
        }
    }

    /// <summary>What is published for one cluster goes out one after the other.</summary>
    private void Publish(string cluster, ServerSet? set, LoopEvent published)
    {
        if (!_publications.TryGetValue(cluster, out var queue))
            _publications[cluster] = queue = [];
        queue.Enqueue(next => world.Store.Announce(scheduler.Host, latch, cluster, set, () => !_ended, done =>
        {
            if (done)
                Post(published);
            next();
        }));
        if (queue.Count == 1)
            queue.Peek()(Next);

        void Next()
        {
            queue.Dequeue();
            if (queue.TryPeek(out var next))
                next(Next);
        }
    }
}
