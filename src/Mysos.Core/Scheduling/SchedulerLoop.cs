using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reactive.Linq;
using System.Threading.Channels;
using Mysos.Core.Clusters;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;

namespace Mysos.Core.Scheduling;

/// <summary>Performs effects. Their results, where there are any, come back to the loop as events.</summary>
public interface IEffectPerformer
{
    void Perform(Effect effect, Action<LoopEvent> report);
}

/// <summary>
/// Owns all state. Events from everywhere become one queue; each is decided on, what changed is made durable, and then
/// the effects are performed. Work on one cluster never waits for the documents of another. Before each decision and each
/// effect it asks whether the lease still holds, and ends when it does not.
/// </summary>
public sealed class SchedulerLoop
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Requests wait behind what Mesos and the executors say; when that never ends, one is let in so often.</summary>
    private static readonly TimeSpan RequestAtLeastEvery = TimeSpan.FromMilliseconds(250);

    private readonly Channel<LoopEvent> _queue = Channel.CreateUnbounded<LoopEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<RequestEvent> _requestQueue = Channel.CreateUnbounded<RequestEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<long, TaskCompletionSource<RequestOutcome>> _requests = new();
    private readonly Dictionary<string, DocumentWriter> _writers = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IStateStore _store;
    private readonly IEffectPerformer _performer;
    private readonly ReadModel _readModel;
    private readonly SchedulerSettings _settings;
    private readonly Lease _lease;
    private readonly TimeProvider _time;
    private SchedulerState _state = new();
    private long _lastRequest;
    private long _requestTaken;
    private Allowance _requestsAllowed;

    public SchedulerLoop(
        IStateStore store, IEffectPerformer performer, ReadModel readModel, SchedulerSettings settings, Lease lease, TimeProvider time)
    {
        (_store, _performer, _readModel, _settings, _lease, _time) = (store, performer, readModel, settings, lease, time);
        _state = _state with { Counters = new Counters { Started = time.GetUtcNow() } };
    }

    /// <summary>Told twice a second how long something that came then had waited in the queue.</summary>
    public Action<TimeSpan>? Waited { get; init; }

    /// <summary>Completes when the durable state is in <see cref="State"/>.</summary>
    public Task Recovered => _recovered.Task;

    /// <summary>The state as of the last event; for reading.</summary>
    public SchedulerState State => Volatile.Read(ref _state);

    public void Post(LoopEvent happened) => _queue.Writer.TryWrite(happened);

    /// <summary>Posts a request and waits for its answer, which comes once what it changed is durable.</summary>
    /// <exception cref="RequestException">It was refused, or could not be made durable (503).</exception>
    public async Task<RequestOutcome.Accepted> AskAsync(Func<long, RequestEvent> request, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref _lastRequest);
        var answer = new TaskCompletionSource<RequestOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[id] = answer;
        try
        {
            _requestQueue.Writer.TryWrite(request(id));
            var ended = await Task.WhenAny(answer.Task, _failed.Task).WaitAsync(cancellation).ConfigureAwait(false);
            if (ended != answer.Task)
                throw Deposed();
            return await answer.Task.ConfigureAwait(false) switch
            {
                RequestOutcome.Accepted accepted => accepted,
                RequestOutcome.Refused refused => throw new RequestException(refused.Status, refused.Field, refused.Detail),
                var other => throw new InvalidOperationException($"{other} is no outcome of a request."),
            };
        }
        finally
        {
            _requests.TryRemove(id, out _);
        }
    }

    /// <summary>What a request learns whose leader is one no more.</summary>
    internal static RequestException Deposed() =>
        new(503, null, "This scheduler no longer leads; whether the request was accepted is unknown. Ask again.");

    /// <summary>Recovers what is durable and runs until cancelled, or until this scheduler leads no more.</summary>
    /// <exception cref="ConflictException">There is another leader; this loop has stopped acting.</exception>
    /// <exception cref="NotLeadingException">The lease is over; this loop has stopped acting.</exception>
    public async Task RunAsync(IObservable<LoopEvent> sources, CancellationToken cancellation)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            Handle(await RecoverAsync(stopping.Token).ConfigureAwait(false), stopping.Token);
            _recovered.TrySetResult();
            using var ticks = Observable.Interval(TickEvery, new TimeProviderScheduler(_time)).Subscribe(_ => Post(new Ticked(_time.GetUtcNow())));
            using var events = sources.Subscribe(Post, e => _failed.TrySetException(e));
            Task<bool>? ready = null, asked = null;
            while (true)
            {
                ready = ready is { IsCompleted: false } ? ready : _queue.Reader.WaitToReadAsync(stopping.Token).AsTask();
                asked = asked is { IsCompleted: false } ? asked : RequestAsync(stopping.Token);
                // A failure comes first: after it, what waits in the queues is not taken out any more.
                await (await Task.WhenAny(_failed.Task, ready, asked).ConfigureAwait(false)).ConfigureAwait(false);
                while (!_failed.Task.IsCompleted && TakeOne(stopping.Token))
                {
                }
            }
        }
        finally
        {
            _failed.TrySetCanceled(CancellationToken.None);
            await stopping.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Until a request waits and may be taken.</summary>
    private async Task<bool> RequestAsync(CancellationToken cancellation)
    {
        if (Pace.Requests.Wait(_requestsAllowed, _time.GetUtcNow()) is { Ticks: > 0 } wait)
            await Task.Delay(wait, _time, cancellation).ConfigureAwait(false);
        return await _requestQueue.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>False when nothing waited.</summary>
    private bool TakeOne(CancellationToken cancellation)
    {
        var overdue = _time.GetElapsedTime(_requestTaken) > RequestAtLeastEvery;
        LoopEvent? next = null;
        if ((overdue || !_queue.Reader.TryRead(out next)) && Pace.Requests.Take(_requestsAllowed, _time.GetUtcNow()) is { } allowance
            && _requestQueue.Reader.TryRead(out var request))
        {
            (_requestTaken, _requestsAllowed) = (_time.GetTimestamp(), allowance);
            next = request;
        }
        if (next is null && !_queue.Reader.TryRead(out next))
            return false;
        Handle(next, cancellation);
        return true;
    }

    private async Task<Recovered> RecoverAsync(CancellationToken cancellation)
    {
        var documents = await _store.LoadAsync(cancellation).ConfigureAwait(false);
        foreach (var (key, document) in documents)
            _writers[key] = new DocumentWriter(_store, key, document.Version, cancellation);
        var (record, clusters) = StateJson.Read(documents);
        return new Recovered(record, clusters) { Past = StateJson.ReadPast(documents) };
    }

    private void Handle(LoopEvent happened, CancellationToken cancellation)
    {
        if (!MayAct($"{happened.GetType().Name} is not acted on"))
            return;
        if (happened is Ticked tick)
            Waited?.Invoke(_time.GetUtcNow() - tick.Posted);
        var before = _state;
        var decision = Decider.Decide(before, happened, _time.GetUtcNow(), _settings);
        Volatile.Write(ref _state, decision.State);
        if (happened is not Scheduling.Recovered)
            Store(before, decision, cancellation);
        // Before the effects: whoever is answered finds what was done.
        if (!decision.Touched.IsEmpty || ReadModel.Differ(before, decision.State))
            _readModel.Show(decision.State, decision.Touched, _settings, _time.GetUtcNow(), _lease.Term, happened is Scheduling.Recovered);
        foreach (var effect in decision.Effects)
            PerformWhenDurable(effect);
    }

    private void Store(SchedulerState before, Decision decision, CancellationToken cancellation)
    {
        if (before.Record != decision.State.Record)
            Writer(StateJson.SchedulerKey, cancellation).Write(StateJson.Write(decision.State.Record));
        if (!ReferenceEquals(before.Past, decision.State.Past))
            Writer(StateJson.PastKey, cancellation).Write(StateJson.Write(decision.State.Past));
        foreach (var name in decision.Touched)
        {
            var was = before.Clusters.GetValueOrDefault(name)?.Durable;
            var now = decision.State.Clusters.GetValueOrDefault(name)?.Durable;
            if (ReferenceEquals(was, now))
                continue;
            if (now is null)
                Writer(StateJson.KeyOf(name), cancellation).Write(null, after: NotedAsync());
            else
                Writer(StateJson.KeyOf(name), cancellation).Write(StateJson.Write(now));
        }
    }

    /// <summary>What stays of clusters that are gone is durable. When that fails, this loop ends.</summary>
    private async Task NotedAsync()
    {
        try
        {
            await Task.WhenAll(Durable(StateJson.SchedulerKey), Durable(StateJson.PastKey)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _failed.TrySetException(e);
            throw;
        }
    }

    private Task Durable(string key) => _writers.GetValueOrDefault(key)?.Durable ?? Task.CompletedTask;

    private DocumentWriter Writer(string key, CancellationToken cancellation)
    {
        if (!_writers.TryGetValue(key, out var writer))
            _writers[key] = writer = new DocumentWriter(_store, key, -1, cancellation);
        return writer;
    }

    private void PerformWhenDurable(Effect effect)
    {
        var waits = effect.After.Select(StateJson.KeyOf).Append(StateJson.SchedulerKey)
            .Select(Durable).Where(t => !t.IsCompletedSuccessfully).ToImmutableArray();
        if (waits.IsEmpty)
            Perform(effect);
        else
            _ = PerformAfterAsync(effect, Task.WhenAll(waits));
    }

    private async Task PerformAfterAsync(Effect effect, Task durable)
    {
        try
        {
            await durable.ConfigureAwait(false);
            Perform(effect);
        }
        catch (Exception e)
        {
            _failed.TrySetException(e);
        }
    }

    private void Perform(Effect effect)
    {
        if (_failed.Task.IsCompleted || !MayAct($"{effect.GetType().Name} is not performed"))
            return;
        if (effect is Answer answer)
        {
            if (_requests.TryGetValue(answer.Request, out var waiting))
                waiting.TrySetResult(answer.Outcome);
            return;
        }
        _performer.Perform(effect, Post);
    }

    /// <summary>False once the lease is over, which ends the loop.</summary>
    private bool MayAct(string what)
    {
        if (_lease.Holds())
            return true;
        _failed.TrySetException(new NotLeadingException(what));
        return false;
    }
}
