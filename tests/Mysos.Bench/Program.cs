using System.Globalization;
using Mysos.Bench;

// What Mysos adds to what MySQL itself costs: each measurement stands beside the same steps done by hand, at the same time
// on the same machine, with nothing between them and the servers. The ratio is what to look at; times depend on the machine.

if (args is not [var program, .. var rest] || rest.Length > 1)
{
    Console.Error.WriteLine("usage: Mysos.Bench <mysos program> [rounds]");
    return 2;
}
var rounds = rest is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 5;

var directory = Directory.CreateTempSubdirectory("mysos-bench-").FullName;
try
{
    await using var byHand = await ByHand.PrepareAsync(Path.Combine(directory, "by-hand"));
    await using var mysos = await MysosLocal.StartAsync(program, Path.Combine(directory, "mysos"));
    (string What, Func<Task<TimeSpan>> Mysos, Func<Task<TimeSpan>> ByHand)[] measurements =
    [
        ("one node: request → first write", mysos.OneNodeAsync, byHand.OneNodeAsync),
        ("three nodes: request → first write on two servers", mysos.ThreeNodesAsync, byHand.ThreeNodesAsync),
        ("kill -9 of the master → first acknowledged write", mysos.FailoverAsync, byHand.FailoverAsync),
    ];

    Console.WriteLine($"Medians of {rounds} rounds, in ms; the machine's load is {File.ReadAllText("/proc/loadavg").Split(' ')[0]}.");
    Console.WriteLine($"{"",-52}{"Mysos",9}{"by hand",9}{"ratio",8}");
    foreach (var (what, withMysos, withoutIt) in measurements)
    {
        var times = new List<(double Mysos, double ByHand)>();
        // Taking turns, so that what else the machine does falls on both.
        for (var round = 0; round < rounds; round++)
            times.Add(((await withMysos()).TotalMilliseconds, (await withoutIt()).TotalMilliseconds));
        var (a, b) = (Median(times.Select(t => t.Mysos)), Median(times.Select(t => t.ByHand)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-52}{a,9:F0}{b,9:F0}{a / b,8:F1}"));
    }
    return 0;
}
finally
{
    Directory.Delete(directory, recursive: true);
}

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
