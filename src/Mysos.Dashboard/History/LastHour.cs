using System.Collections.Immutable;

namespace Mysos.Dashboard.History;

/// <summary>Samples on a grid of <see cref="ClusterHistory.Interval"/>s, the newest last. Null where nothing is known.</summary>
public sealed class LastHour
{
    public static readonly int Slots = (int)(ClusterHistory.Kept / ClusterHistory.Interval);

    private LastHour()
    {
    }

    public double?[] WritesPerSecond { get; } = new double?[Slots];
    /// <summary>Seconds.</summary>
    public double?[] Lag { get; } = new double?[Slots];
    public double?[] Connections { get; } = new double?[Slots];
    /// <summary>MiB.</summary>
    public double?[] Data { get; } = new double?[Slots];

    public static LastHour Of(ImmutableArray<Sample> samples)
    {
        var hour = new LastHour();
        for (var i = 0; i < samples.Length; i++)
        {
            var slot = Slots - 1 - (int)Math.Round((samples[^1].At - samples[i].At) / ClusterHistory.Interval);
            if (slot < 0)
                continue;
            hour.Lag[slot] = samples[i].Lag;
            hour.Connections[slot] = samples[i].Connections;
            hour.Data[slot] = samples[i].DataMb;
            hour.WritesPerSecond[slot] = i == 0 ? null : samples[i].WritesPerSecondSince(samples[i - 1]);
        }
        return hour;
    }
}
