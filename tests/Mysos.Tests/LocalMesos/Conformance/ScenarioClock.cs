using Microsoft.Extensions.Time.Testing;
using Mysos.LocalMesos.Hosting;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>The scenario's time, which moves only when it is told to, from one thing that is due to the next.</summary>
internal sealed class ScenarioClock
{
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);

    private readonly TimeSpan _lead;
    private readonly DateTimeOffset _start;

    /// <param name="lead">How long before the scenario the servers are started.</param>
    public ScenarioClock(TimeSpan lead)
    {
        _lead = lead;
        _start = Time.GetUtcNow();
    }

    public FakeTimeProvider Time { get; } = new();

    /// <summary>Time of the scenario.</summary>
    public TimeSpan Now => Time.GetUtcNow() - _start - _lead;

    /// <summary>Runs everything that has been posted.</summary>
    public static Task SettleAsync(Engine engine) => engine.Mailbox.Ask(() => { });

    /// <summary>Goes to the next thing that is due, at most to <paramref name="limit"/>.</summary>
    public async Task StepAsync(Engine engine, TimeSpan limit)
    {
        var wait = await engine.Mailbox.Ask(() => engine.NextDeadline - engine.Now().Up) ?? TimeSpan.MaxValue;
        // Timers keep to whole milliseconds.
        wait = wait < Grain ? Grain : wait;
        var left = limit - Now;
        Time.Advance(wait < left ? wait : left);
        await SettleAsync(engine);
    }
}
