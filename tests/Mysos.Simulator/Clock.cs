namespace Mysos.Simulator;

/// <summary>
/// The world's time and its queue of what is to happen. Everything in the world happens in one order, on one thread.
/// </summary>
internal sealed class Clock
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Action, (long At, long Order)> _queue = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile string? _strayed;
    private long _order;
    private int _atOnce;

    /// <summary>Since <see cref="Start"/>.</summary>
    public TimeSpan Elapsed { get; private set; }

    public DateTimeOffset Now => Start + Elapsed;

    public long Events { get; private set; }

    /// <summary>Tells one run from another: two runs of one seed have the same.</summary>
    public ulong Digest { get; private set; } = 14695981039346656037;

    public void After(TimeSpan delay, Action happens)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            _strayed = Environment.StackTrace;
        _queue.Enqueue(happens, (Elapsed.Ticks + Math.Max(0, delay.Ticks), _order++));
    }

    /// <summary>False when nothing is left to happen.</summary>
    public bool Step()
    {
        if (_strayed is { } where)
            throw new InvalidOperationException($"Something went on on another thread, so this run is like no other: {where}");
        if (!_queue.TryDequeue(out var happens, out var key))
            return false;
        _atOnce = key.At == Elapsed.Ticks ? _atOnce + 1 : 0;
        if (_atOnce > 10_000)
            throw new InvalidOperationException("Time stands still: something is done again and again without taking any.");
        Elapsed = TimeSpan.FromTicks(key.At);
        Events++;
        Mix((ulong)key.At);
        Mix((ulong)key.Order);
        happens();
        return true;
    }

    public void Mix(ulong value) => Digest = unchecked((Digest ^ value) * 1099511628211);
}

/// <summary>A process' view of the time: once it has ended, none of its timers goes off.</summary>
internal sealed class ProcessTime(Clock clock) : TimeProvider
{
    private readonly Clock _clock = clock;

    public bool Ended { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _clock.Now;

    public override long GetTimestamp() => _clock.Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(ProcessTime process, TimerCallback callback, object? state) : ITimer
    {
        private int _generation;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            Arm(dueTime);
            return true;
        }

        public void Dispose() => _generation++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(TimeSpan dueTime)
        {
            var mine = ++_generation;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return;
            process._clock.After(dueTime, () =>
            {
                if (mine != _generation || process.Ended)
                    return;
                if (_period > TimeSpan.Zero)
                    Arm(_period);
                callback(state);
            });
        }
    }
}
