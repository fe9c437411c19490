namespace Mysos.Core.Scheduling;

/// <summary>What a <see cref="Pace"/> allowed at a moment; the default is all of it.</summary>
public readonly record struct Allowance(double Left, DateTimeOffset At);

/// <summary>How often something is done: so many at once, which fill up again steadily.</summary>
/// <param name="AtOnce">The most that an allowance holds.</param>
/// <param name="PerSecond">How fast it grows again.</param>
internal sealed record Pace(int AtOnce, int PerSecond)
{
    /// <summary>Thousands of nodes that are wanted at once keep neither offers nor running clusters waiting.</summary>
    public static readonly Pace Launches = new(30, 120);

    /// <summary>Nor do thousands of requests.</summary>
    public static readonly Pace Requests = new(40, 250);

    /// <summary>However fast clusters are created.</summary>
    public static readonly Pace Revivals = new(10, 2);

    /// <summary>Null: not now.</summary>
    public Allowance? Take(Allowance allowance, DateTimeOffset now) =>
        Left(allowance, now) is var left and >= 1 ? new Allowance(left - 1, now) : null;

    /// <summary>How long until one is allowed, in whole milliseconds as timers count them; zero when it is.</summary>
    public TimeSpan Wait(Allowance allowance, DateTimeOffset now) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, (1 - Left(allowance, now)) / PerSecond * 1000)));

    private double Left(Allowance allowance, DateTimeOffset now) =>
        Math.Min(AtOnce, allowance.Left + Math.Max(0, (now - allowance.At).TotalSeconds) * PerSecond);
}
