using System.Diagnostics;
using System.Globalization;
using Mysos.Chaos.Clients;
using Mysos.Chaos.Faults;
using Mysos.Chaos.Stack;
using Mysos.Core.Clusters;
using MySqlConnector;

namespace Mysos.Chaos.Runs;

/// <summary>What was found when a cluster had recovered.</summary>
/// <param name="Before">When it had recovered, as a timestamp of <see cref="Stopwatch"/>: the writers still wrote.</param>
/// <param name="Acknowledged">Rows that clients were told are committed, since the cluster was made.</param>
/// <param name="Lost">Those of them that the master does not have.</param>
/// <param name="Problems">Everything that is not as it should be, a sentence each.</param>
internal sealed record Findings(long Before, int Acknowledged, int Lost, IReadOnlyList<string> Problems)
{
    /// <summary>What was wrong once the cluster had said that it is healthy, and then was right.</summary>
    public string Early { get; init; } = "";
}

/// <summary>
/// All is well: every acknowledged row is on the master, all replicas equal it, exactly one node can be written to, all nodes serve, the
/// ServerSets name them and nobody else, and nothing is left behind.
/// </summary>
internal static class Checker
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(10);

    /// <summary>Waits until the cluster has recovered: until all is well, or the time for that is over.</summary>
    /// <param name="slowness">It may take so many times longer.</param>
    /// <param name="scene">Whose cluster.</param>
    public static async Task<Findings> CheckAsync(Scene scene, int slowness)
    {
        var patience = Patience * slowness;
        var clock = Stopwatch.StartNew();
        var early = "";
        while (true)
        {
            var findings = await LookAsync(scene, patience - clock.Elapsed) with { Early = early };
            if (findings.Problems.Count == 0 || findings.Lost > 0 || clock.Elapsed > patience)
                return findings;
            early = string.Join("; ", findings.Problems);
        }
    }

    private static async Task<Findings> LookAsync(Scene scene, TimeSpan patience)
    {
        var problems = new List<string>();
        try
        {
            await scene.Cluster.HealthyAsync(patience);
        }
        catch (TimeoutException e)
        {
            problems.Add(e.Message);
        }
        if (!await scene.Writers.AcknowledgedAsync(10, TimeSpan.FromSeconds(10)))
            problems.Add("the writers cannot write");
        var before = Stopwatch.GetTimestamp();
        await scene.QuietAsync();
        await scene.Writers.PauseAsync();
        var lost = 0;
        try
        {
            lost = await CheckServersAsync(scene, problems);
        }
        catch (Exception e) when (e is MySqlException or TimeoutException or InvalidOperationException or Core.ZooKeeper.ZooKeeperException)
        {
            problems.Add($"could not be checked: {e.Message}");
        }
        await scene.Writers.GoAsync();
        return new Findings(before, scene.Writers.Rows.Count, lost, problems);
    }

    private static async Task<int> CheckServersAsync(Scene scene, List<string> problems)
    {
        var now = await scene.Cluster.DurableAsync() ?? throw new TimeoutException("ZooKeeper does not answer.");
        if (now.Master is not { } master || now.Nodes.Values.Any(n => n.Task is null))
            throw new InvalidOperationException("it has no master, or not all its nodes have tasks");
        var positions = new Dictionary<int, string>();
        if (!await Eventually.IsAsync(async () =>
            {
                foreach (var node in now.Nodes.Values)
                    positions[node.Number] = await GtidsAsync(scene.Cluster, node);
                return positions.Values.Distinct().Count() == 1;
            }, CatchUp))
            problems.Add($"the servers' GTIDs differ: {string.Join("; ", positions.Select(p => $"node {p.Key}: {p.Value}"))}");

        var rows = await RowsAsync(scene.Cluster, now.Nodes[master]);
        if (rows is null)
        {
            problems.Add($"all {scene.Writers.Rows.Count} acknowledged rows are lost: the master has not even the table");
            return scene.Writers.Rows.Count;
        }
        var missing = scene.Writers.Rows.Where(r => !rows.Contains(r)).Order().ToArray();
        if (missing.Length > 0)
            problems.Add($"{missing.Length} acknowledged rows are lost: {string.Join(", ", missing.Take(10))} …");

        var sums = new Dictionary<int, string>();
        var writable = new List<int>();
        foreach (var node in now.Nodes.Values)
        {
            sums[node.Number] = await AskAsync(scene.Cluster, node, "CHECKSUM TABLE chaos.t", column: 1);
            if (await AskAsync(scene.Cluster, node, "SELECT @@global.read_only") is "0" or "OFF")
                writable.Add(node.Number);
        }
        if (sums.Values.Distinct().Count() > 1)
            problems.Add($"the tables differ: {string.Join("; ", sums.Select(s => $"node {s.Key}: {s.Value}"))}");
        if (!writable.SequenceEqual([master]))
            problems.Add($"node {master} is master, and writable are {string.Join(", ", writable)}");
        await CheckAroundAsync(scene, now, problems);
        return missing.Length;
    }

    private static async Task CheckAroundAsync(Scene scene, Cluster now, List<string> problems)
    {
        var sets = await ServerSetAsync(scene);
        string Of(Func<Node, bool> which) => string.Join(", ", now.Nodes.Values.Where(which).Select(n => $"{n.Task!.Endpoint.Host}:{n.Task.Endpoint.Port}").Order(StringComparer.Ordinal));
        if (sets.Master != Of(n => n.Number == now.Master))
            problems.Add($"the ServerSet's master is {sets.Master}, not {Of(n => n.Number == now.Master)}");
        if (sets.Slaves != Of(n => n.Number != now.Master))
            problems.Add($"the ServerSet's slaves are {sets.Slaves}, not {Of(n => n.Number != now.Master)}");
        if (Processes.Servers != now.NumNodes || Processes.Executors != now.NumNodes)
            problems.Add($"{Processes.Servers} mysqld and {Processes.Executors} executors run for {now.NumNodes} nodes");
        if (await scene.Stack.LeaderAsync() is null || scene.Stack.Schedulers.Any(s => !s.Runs))
            problems.Add("not both schedulers run, or none leads");
        var volumes = Enumerable.Range(1, scene.Stack.Hosts).Sum(scene.Stack.VolumesOf);
        if (volumes != now.NumNodes)
            problems.Add($"there are {volumes} volumes for {now.NumNodes} nodes");
        if (now.AckChange is not null || !now.Barred.IsEmpty || now.Handover is not null)
            problems.Add($"something is still under way: {now.AckChange} barred {string.Join(", ", now.Barred)} {now.Handover}");
    }

    private static async Task<(string Master, string Slaves)> ServerSetAsync(Scene scene)
    {
        await using var zooKeeper = await scene.Stack.OpenZooKeeperAsync() ?? throw new TimeoutException("ZooKeeper does not answer.");
        async Task<string> OfAsync(string group)
        {
            var path = scene.Stack.ZooKeeper.At($"discover/{scene.Cluster.Name}/{group}");
            var found = new List<string>();
            foreach (var member in await zooKeeper.ChildrenAsync(path) ?? [])
            {
                var endpoint = System.Text.Json.Nodes.JsonNode.Parse((await zooKeeper.GetAsync($"{path}/{member}"))!.Data)!["serviceEndpoint"]!;
                found.Add($"{endpoint["host"]}:{endpoint["port"]}");
            }
            return string.Join(", ", found.Order(StringComparer.Ordinal));
        }
        return (await OfAsync("master"), await OfAsync("slaves"));
    }

    /// <summary>Null: there is no table.</summary>
    private static async Task<HashSet<long>?> RowsAsync(TestedCluster cluster, Node node)
    {
        await using var connection = await cluster.OpenAsync((node.Task!.Endpoint.Host, node.Task.Endpoint.Port));
        await using var select = new MySqlCommand("SELECT i FROM chaos.t", connection);
        try
        {
            await using var reader = await select.ExecuteReaderAsync();
            var rows = new HashSet<long>();
            while (await reader.ReadAsync())
                rows.Add(reader.GetInt64(0));
            return rows;
        }
        catch (MySqlException e) when (e.ErrorCode is MySqlErrorCode.NoSuchTable or MySqlErrorCode.UnknownDatabase)
        {
            return null;
        }
    }

    private static async Task<string> GtidsAsync(TestedCluster cluster, Node node)
    {
        var flavor = await AskAsync(cluster, node, "SELECT VERSION()");
        return await AskAsync(cluster, node, flavor.Contains("MariaDB", StringComparison.Ordinal) ? "SELECT @@global.gtid_current_pos" : "SELECT @@global.gtid_executed");
    }

    private static async Task<string> AskAsync(TestedCluster cluster, Node node, string sql, int column = 0)
    {
        await using var connection = await cluster.OpenAsync((node.Task!.Endpoint.Host, node.Task.Endpoint.Port));
        await using var command = new MySqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture) ?? "" : "";
    }
}
