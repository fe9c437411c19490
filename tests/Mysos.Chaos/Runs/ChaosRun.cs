using System.Diagnostics;
using MySqlConnector;
using Mysos.Chaos.Clients;
using Mysos.Chaos.Faults;
using Mysos.Chaos.Stack;

namespace Mysos.Chaos.Runs;

/// <summary>A whole run: a stack for each flavor, a cluster for each size, the blows one after the other, the table.</summary>
internal sealed class ChaosRun
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private readonly RunOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _over;
    private readonly List<BlowResult> _results = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private ChaosStack? _stack;
    private TestedCluster? _cluster;
    private Writers? _writers;
    private int _clusters;

    private ChaosRun(RunOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _over = new CancellationTokenSource(TimeSpan.FromMinutes(options.Minutes), time);
    }

    /// <returns>0: every blow went well.</returns>
    public static async Task<int> RunAsync(RunOptions options, TimeProvider time)
    {
        Directory.CreateDirectory(options.Out);
        var run = new ChaosRun(options, time);
        using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            run._over.Cancel();
        });
        return await run.RunAsync();
    }

    private async Task<int> RunAsync()
    {
        var blows = Schedule.Of(_options);
        Console.WriteLine($"{blows.Count} blows, seed {_options.Seed}");
        var network = await Network.CreateAsync(_options.Nodes.Max());
        try
        {
            foreach (var (number, blow) in blows.Index())
            {
                if (_over.IsCancellationRequested)
                    break;
                var result = await TryAsync(network, number + 1, blow);
                _results.Add(result);
                Tell(result);
                if (result.Problems.Count > 0)
                    await EndStackAsync(keepLogs: $"{number + 1}");
            }
        }
        finally
        {
            await EndStackAsync(keepLogs: null);
        }
        var table = ResultTable.Of(_results);
        await File.WriteAllTextAsync(Path.Combine(_options.Out, "table.md"), table);
        Console.WriteLine(table);
        return _results.Count > 0 && _results.All(r => r.Problems.Count == 0) ? 0 : 1;
    }

    /// <summary>A healthy cluster of the size, on servers of the flavor, with its writers.</summary>
    private async Task EnsureAsync(Network network, Blow blow)
    {
        if (_cluster?.Nodes == blow.Nodes && _cluster.Name.StartsWith(blow.Flavor, StringComparison.Ordinal))
            return;
        if (_cluster is not null && !_cluster.Name.StartsWith(blow.Flavor, StringComparison.Ordinal))
            await EndStackAsync(keepLogs: null);
        if (_cluster is not null)
        {
            await _writers!.DisposeAsync();
            await _cluster.DeleteAsync();
        }
        _stack ??= await ChaosStack.StartAsync(network, new StackSettings(
            _options.Mysos, blow.Flavor == "mysql" ? RunOptions.Mysql97 : null, _options.Nodes.Max(), Path.Combine(_options.Out, "logs")));
        _cluster = await TestedCluster.CreateAsync(_stack, $"{blow.Flavor}{++_clusters}", blow.Nodes);
        _writers = await Writers.StartAsync(_cluster, Pace);
    }

    private async Task<BlowResult> StrikeAsync(int number, Blow blow)
    {
        var problems = new List<string>();
        var scene = await Scene.SetAsync(_stack!, _cluster!, _writers!);
        var since = Stopwatch.GetTimestamp();
        var begun = new List<Fault>();
        await TryAsync(problems, "begin", async () =>
        {
            foreach (var fault in blow.Faults)
            {
                if (fault != blow.Faults[0])
                    await Task.Delay(blow.Delay, _time);
                try
                {
                    await fault.BeginAsync(scene);
                    begun.Add(fault);
                }
                catch (Exception e) when (begun.Count > 0 && e is InvalidOperationException or MySqlException)
                {
                    // What it would break, the one before has broken.
                }
            }
        });
        if (blow.Faults.Max(f => f.Lasts) is { } lasts)
        {
            if (blow.Faults.All(f => f.UntilFailover))
                await scene.FailedOverAsync(lasts);
            else
                await Task.Delay(lasts, _time, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        foreach (var fault in begun.Where(f => f.EndAsync is not null))
            await TryAsync(problems, "end", () => fault.EndAsync!(scene));
        await TryAsync(problems, "mend", _stack!.MendAsync);
        var ended = Stopwatch.GetTimestamp();
        var findings = await Checker.CheckAsync(scene, _options.Slowness);
        var outage = _writers!.LongestGap(since, findings.Before);
        var failedOver = (await _cluster!.DurableAsync())?.Master is { } master && master != scene.Master;
        problems.AddRange(findings.Problems);
        if (blow.Faults is [var only])
            problems.AddRange(Surprises(only.Expect, blow.Nodes, failedOver, outage));
        return new BlowResult
        {
            Number = number, Flavor = blow.Flavor, Nodes = blow.Nodes, Faults = blow.Name, Begun = begun.Count, FailedOver = failedOver,
            OutageMs = outage.TotalMilliseconds, RecoveryMs = Stopwatch.GetElapsedTime(ended, findings.Before).TotalMilliseconds,
            Rows = findings.Acknowledged, Lost = findings.Lost, Problems = problems, Early = findings.Early,
        };
    }

    private async Task<BlowResult> TryAsync(Network network, int number, Blow blow)
    {
        try
        {
            await EnsureAsync(network, blow);
            return await StrikeAsync(number, blow);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or IOException or MySqlException)
        {
            return new BlowResult
            {
                Number = number, Flavor = blow.Flavor, Nodes = blow.Nodes, Faults = blow.Name, FailedOver = false, OutageMs = 0, RecoveryMs = 0, Rows = 0, Lost = 0,
                Problems = [$"could not be tried: {e}"],
            };
        }
    }

    /// <summary>On a slow machine what lives can look dead; so there a failover that was not needed is none.</summary>
    private IEnumerable<string> Surprises(Expectation expected, int nodes, bool failedOver, TimeSpan outage)
    {
        if (nodes > 1 && expected.Failover == Failover.Must && !failedOver)
            yield return "no other node became master";
        if (nodes > 1 && expected.Failover == Failover.MustNot && failedOver && _options.Slowness == 1)
            yield return "another node became master";
        if (nodes > 1 && outage > expected.Outage * _options.Slowness)
            yield return $"nothing could be written for {outage.TotalSeconds:F1} s, longer than {(expected.Outage * _options.Slowness).TotalSeconds:F0} s";
    }

    private static async Task TryAsync(List<string> problems, string what, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            problems.Add($"{what}: {e.Message}");
        }
    }

    private void Tell(BlowResult result)
    {
        File.AppendAllText(Path.Combine(_options.Out, "results.jsonl"), result.ToJson() + "\n");
        Console.WriteLine($"{Stopwatch.GetElapsedTime(_start):hh\\:mm\\:ss} {result.Number,4} {result.Flavor,-7} {result.Nodes} nodes  {result.Faults}: "
            + $"{(result.FailedOver ? "failover" : "same master")}, outage {result.OutageMs:F0} ms, recovery {result.RecoveryMs:F0} ms, {result.Rows} rows, {result.Lost} lost"
            + (result.Early.Length > 0 ? $"\n        healthy too early: {result.Early}" : "")
            + string.Concat(result.Problems.Select(p => $"\n        PROBLEM {p}")));
    }

    /// <summary>After a problem nothing that comes later says anything; so the next blow gets a new stack.</summary>
    private async Task EndStackAsync(string? keepLogs)
    {
        if (keepLogs is not null && _stack is not null)
            await _stack.KeepLogsAsync(Path.Combine(_options.Out, $"failed-{keepLogs}"), _cluster?.Name);
        if (_writers is not null)
            await _writers.DisposeAsync();
        if (_stack is not null)
            await _stack.DisposeAsync();
        (_stack, _cluster, _writers) = (null, null, null);
    }
}
