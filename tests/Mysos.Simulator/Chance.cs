namespace Mysos.Simulator;

/// <summary>All that is left to chance in a world, from one seed.</summary>
internal sealed class Chance(int seed)
{
    private readonly Random _random = new(seed);

    public bool Of(double probability) => probability > 0 && _random.NextDouble() < probability;

    public int Below(int limit) => _random.Next(limit);

    /// <summary>Both ends belong to it.</summary>
    public int Between(int least, int most) => _random.Next(least, most + 1);

    public TimeSpan Seconds(double least, double most) => TimeSpan.FromSeconds(least + _random.NextDouble() * (most - least));

    public TimeSpan Milliseconds(double least, double most) => Seconds(least / 1000, most / 1000);

    public T Pick<T>(IReadOnlyList<T> of) => of[Below(of.Count)];
}
