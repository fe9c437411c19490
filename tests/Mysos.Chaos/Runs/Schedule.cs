using Mysos.Chaos.Faults;

namespace Mysos.Chaos.Runs;

/// <summary>Faults that come at once, a little after each other.</summary>
/// <param name="Flavor">Of the servers.</param>
/// <param name="Nodes">Of the cluster.</param>
/// <param name="Faults">One, or a pair.</param>
/// <param name="Delay">Between the two of a pair.</param>
internal sealed record Blow(string Flavor, int Nodes, IReadOnlyList<Fault> Faults, TimeSpan Delay)
{
    public string Name => string.Join(" + ", Faults.Select(f => f.Name));
}

/// <summary>Which faults come, in which order: a function of the options.</summary>
internal static class Schedule
{
    private const int LongestDelayMs = 600;

    public static IReadOnlyList<Blow> Of(RunOptions options) =>
    [
        .. options.Flavors.SelectMany((flavor, f) => options.Nodes.SelectMany((nodes, n) => Of(options, flavor, nodes, options.Seed * 1000 + f * 100 + n)))
            .Take(options.Most),
    ];

    private static IEnumerable<Blow> Of(RunOptions options, string flavor, int nodes, int seed)
    {
        var random = new Random(seed);
        var faults = Catalogue.Named(options.Faults).Where(f => f.LeastNodes <= nodes).ToArray();
        var alone = Enumerable.Range(0, options.Rounds).SelectMany(_ => faults).Select(fault => new Blow(flavor, nodes, [fault], TimeSpan.Zero)).ToArray();
        random.Shuffle(alone);
        var pairs = Enumerable.Range(0, faults.Length < 2 ? 0 : options.Pairs).Select(_ =>
        {
            var two = random.GetItems(faults, 2);
            while (two[0] == two[1])
                two = random.GetItems(faults, 2);
            return new Blow(flavor, nodes, two, TimeSpan.FromMilliseconds(random.Next(LongestDelayMs)));
        });
        return [.. alone, .. pairs];
    }
}
