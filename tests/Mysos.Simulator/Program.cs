using System.Diagnostics;
using System.Globalization;
using Mysos.Simulator;
using Mysos.Simulator.Mistakes;

// Mysos.Simulator 1000 | 500-600 [--each] [--mistake=StaleLeader [--without: only the faults that are apt to show it]] | 17 --replay, which prints what happens
var seeds = args.FirstOrDefault(a => !a.StartsWith('-')) ?? "1000";
var replay = args.Contains("--replay");
var mistake = args.FirstOrDefault(a => a.StartsWith("--mistake=", StringComparison.Ordinal)) is { } named ? Planted.Find(named["--mistake=".Length..]) : null;
if (mistake is not null && args.Contains("--without"))
    mistake = new OnlyFaultsOf(mistake);
var ends = seeds.Split('-').Select(s => int.Parse(s, CultureInfo.InvariantCulture)).ToArray();
var (first, last) = ends.Length > 1 ? (ends[0], ends[1]) : replay ? (ends[0], ends[0]) : (0, ends[0] - 1);
var started = Stopwatch.GetTimestamp();
var (events, acknowledged, failures) = (0L, 0L, 0);
for (var seed = first; seed <= last; seed++)
{
    var outcome = Simulation.Run(seed, mistake, journal: replay ? Console.Out : null);
    events += outcome.Events;
    acknowledged += outcome.Acknowledged;
    if (args.Contains("--each"))
        Console.WriteLine($"seed {seed}: {outcome.Events} events, {outcome.Elapsed.TotalSeconds:F0} s, {outcome.Acknowledged} writes, digest {outcome.Digest:x16}");
    if (outcome.Violation is not { } violation)
        continue;
    failures++;
    Console.WriteLine($"seed {seed}: {violation.Invariant}: {violation.What}");
}
var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{last - first + 1} seeds, {failures} failed; {events} events in {seconds:F1} s, {events * 60 / seconds:N0} a minute; {acknowledged} writes acknowledged"));
return failures == 0 ? 0 : 1;
