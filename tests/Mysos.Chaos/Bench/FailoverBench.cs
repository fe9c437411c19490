using System.Diagnostics;
using System.Text;
using MySqlConnector;
using Mysos.Chaos.Clients;
using Mysos.Chaos.Faults;
using Mysos.Chaos.Runs;
using Mysos.Chaos.Stack;
using Mysos.Core.Processes;

namespace Mysos.Chaos.Bench;

/// <summary>
/// How long clients cannot write: last acknowledged row before, first one after, on three nodes whose data are on tmpfs. Beside it, in the same
/// run, the same steps by hand on the same servers.
/// </summary>
internal sealed class FailoverBench(RunOptions options)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StringBuilder _table = new("| what | server | median / 95th percentile / longest | by hand | target |\n|---|---|---|---|---|\n");

    /// <param name="What">Of the master, unless it says otherwise.</param>
    /// <param name="Targets">MariaDB's, MySQL's.</param>
    private sealed record Measured(string What, Func<Scene, Task> BeginAsync, Func<Scene, Task>? EndAsync, bool FailsOver, string[] Targets);

    private static IReadOnlyList<Measured> All =>
    [
        new("kill -9", s => MasterFaults.Done(() => s.Signal(s.Master, UnixSignal.Kill)), null, true, ["100 / 300", "250 / 500"]),
        new("SIGSTOP", s => MasterFaults.FreezeAsync(s, s.Master), s => MasterFaults.ThawAsync(s, s.Master), true, ["3 000", "3 000"]),
        new("host isolated", s => MasterFaults.IsolateAsync(s, s.Master), s => MasterFaults.RejoinAsync(s, s.Master), true, ["6 000", "6 000"]),
        new("switchover", s => s.Cluster.SwitchOverAsync(), null, true, ["100", "100"]),
        new("acker killed", s => MasterFaults.Done(() => s.Signal(s.Acker, UnixSignal.Kill)), null, false, ["300", "300"]),
    ];

    public static async Task<int> RunAsync(RunOptions options)
    {
        var bench = new FailoverBench(options);
        var network = await Network.CreateAsync(3);
        foreach (var flavor in options.Flavors)
            await bench.RunAsync(network, flavor);
        await File.WriteAllTextAsync(Path.Combine(options.Out, "failover.md"), $"{bench._table}");
        Console.WriteLine(bench._table);
        return 0;
    }

    private async Task RunAsync(Network network, string flavor)
    {
        var mysqld = flavor == "mysql" ? RunOptions.Mysql97 : null;
        await using var stack = await ChaosStack.StartAsync(network, new StackSettings(options.Mysos, mysqld, 3, Path.Combine(options.Out, "logs")));
        var cluster = await TestedCluster.CreateAsync(stack, flavor, 3);
        try
        {
            await RunAsync(stack, cluster, flavor, mysqld);
        }
        finally
        {
            // Its events say what each step took.
            await stack.KeepLogsAsync(Path.Combine(options.Out, flavor), cluster.Name);
        }
    }

    private async Task RunAsync(ChaosStack stack, TestedCluster cluster, string flavor, string? mysqld)
    {
        var writers = await Writers.StartAsync(cluster, Pace);
        await using var stopping = writers;
        var scene = await Scene.SetAsync(stack, cluster, writers);
        var configuration = Processes.OptionFile(scene.ServerOf(scene.Master));
        var statements = flavor == "mysql" ? Statements.MySql : Statements.MariaDb;
        Task<HandServers> ByHandAsync() => HandServers.StartAsync(statements, mysqld ?? "/usr/sbin/mariadbd", configuration, stack.Template);

        await writers.PauseAsync();
        var (killed, switched) = (new List<double>(), new List<double>());
        for (var round = 0; round < options.BenchRounds; round++)
        {
            killed.Add(await RoundAsync(ByHandAsync, servers => servers.KillAsync()));
            switched.Add(await RoundAsync(ByHandAsync, servers => servers.SwitchAsync()));
        }
        await using (var servers = await ByHandAsync())
        {
            var (with, without) = await servers.ThroughputAsync(TimeSpan.FromSeconds(10));
            Add("rows a second of 8 clients, with and without an acker", flavor, $"{with:F0}, {without:F0}: {100 * with / without:F0} %", "", "");
        }
        await writers.GoAsync();
        foreach (var measured in All.Where(m => options.Faults.Count == 0 || options.Faults.Any(f => m.What.Contains(f, StringComparison.Ordinal))))
        {
            var outages = new List<double>();
            for (var round = 0; round < options.BenchRounds; round++)
                outages.Add(await MeasureAsync(await Scene.SetAsync(stack, cluster, writers), measured));
            var floor = measured.What switch { "switchover" => $"{new Figures(switched)}", "acker killed" => "", _ => $"{new Figures(killed)}" };
            Add(measured.What, flavor, $"{new Figures(outages)}", floor, measured.Targets[flavor == "mysql" ? 1 : 0]);
        }
    }

    /// <summary>
    /// By hand, a MySQL slave that has received half a transaction waits a minute for the rest before it stops, once in some two hundred rounds.
    /// Nobody's floor is that: the round is made again.
    /// </summary>
    private static async Task<double> RoundAsync(Func<Task<HandServers>> byHandAsync, Func<HandServers, Task<double>> act)
    {
        for (var again = 0; ; again++)
        {
            await using var servers = await byHandAsync();
            try
            {
                return await act(servers);
            }
            catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.CommandTimeoutExpired && again < 3)
            {
                Console.WriteLine("By hand a slave did not stop in time; another round in its place.");
            }
        }
    }

    private static async Task<double> MeasureAsync(Scene scene, Measured measured)
    {
        await scene.Cluster.HealthyAsync(Patience);
        if (!await scene.Writers.AcknowledgedAsync(100, Patience))
            throw new TimeoutException("The writers cannot write.");
        scene = await Scene.SetAsync(scene.Stack, scene.Cluster, scene.Writers);
        var since = Stopwatch.GetTimestamp() - Stopwatch.Frequency / 20;
        await measured.BeginAsync(scene);
        // Nobody asks anything meanwhile: it would slow down what is measured.
        if (!await scene.Writers.AcknowledgedAsync(100, Patience))
            throw new TimeoutException($"{measured.What}: the writers cannot write any more.");
        if (measured.FailsOver && await scene.DurablyAsync(scene.IsFailedOver, Patience) is null)
            throw new TimeoutException($"{measured.What}: no other master.");
        var outage = scene.Writers.LongestGap(since, Stopwatch.GetTimestamp());
        if (measured.EndAsync is { } end)
            await end(scene);
        return outage.TotalMilliseconds;
    }

    private void Add(string what, string flavor, string figures, string floor, string target)
    {
        var line = $"| {what} | {flavor} | {figures} | {floor} | {(target.Length > 0 ? $"≤ {target} ms" : "")} |";
        Console.WriteLine(line);
        _table.AppendLine(line);
    }
}
