using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using MySqlConnector;
using Mysos.Core.ZooKeeper;

namespace Mysos.Bench;

/// <summary>Reads a cluster's ServerSet as a client of it would, and is told of changes.</summary>
internal sealed class ServerSetReader(IZooKeeper zooKeeper, string cluster) : IDisposable
{
    private readonly SemaphoreSlim _changed = new(0);
    private readonly List<IDisposable> _watches = [];

    public static ServerSetReader Watch(IZooKeeper zooKeeper, string path)
    {
        var reader = new ServerSetReader(zooKeeper, path);
        reader._watches.Add(zooKeeper.WatchChildren($"{path}/master").Subscribe(_ => reader._changed.Release()));
        reader._watches.Add(zooKeeper.WatchChildren($"{path}/slaves").Subscribe(_ => reader._changed.Release()));
        return reader;
    }

    public async Task<(string Host, int Port)> MasterOtherThanAsync(int port)
    {
        while (true)
        {
            foreach (var member in await zooKeeper.ChildrenAsync($"{cluster}/master") ?? [])
            {
                if (await zooKeeper.GetAsync($"{cluster}/master/{member}") is not { } node)
                    continue;
                var endpoint = JsonNode.Parse(Encoding.UTF8.GetString(node.Data))!["serviceEndpoint"]!;
                if (endpoint["port"]!.GetValue<int>() != port)
                    return (endpoint["host"]!.GetValue<string>(), endpoint["port"]!.GetValue<int>());
            }
            await ChangedAsync();
        }
    }

    public async Task MembersAsync(int slaves)
    {
        while ((await zooKeeper.ChildrenAsync($"{cluster}/slaves") ?? []).Count < slaves
            || (await zooKeeper.ChildrenAsync($"{cluster}/master") ?? []).Count < 1)
            await ChangedAsync();
    }

    public void Dispose()
    {
        foreach (var watch in _watches)
            watch.Dispose();
        _changed.Dispose();
    }

    private async Task ChangedAsync()
    {
        if (!await _changed.WaitAsync(TimeSpan.FromSeconds(60)))
            throw new TimeoutException($"Nothing changed under {cluster} for 60 s.");
    }
}

/// <summary>A user's first write: log in, make a table, put a row into it.</summary>
internal static class Writer
{
    public static async Task WriteAsync(string host, int port, string user, string password)
    {
        await using var connection = new MySqlConnection(new MySqlConnectionStringBuilder
        {
            Server = host, Port = (uint)port, UserID = user, Password = password, Pooling = false, SslMode = MySqlSslMode.Preferred,
            ConnectionTimeout = 5,
        }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand(
            "CREATE DATABASE IF NOT EXISTS bench; CREATE TABLE IF NOT EXISTS bench.t (i INT AUTO_INCREMENT PRIMARY KEY, v INT); "
            + "INSERT INTO bench.t (v) VALUES (1)", connection);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<int> PidAsync(string host, int port, string user, string password)
    {
        await using var connection = new MySqlConnection($"Server={host};Port={port};User ID={user};Password={password};Pooling=false");
        await connection.OpenAsync();
        await using var command = new MySqlCommand("SELECT @@pid_file", connection);
        return int.Parse(File.ReadAllText((string)(await command.ExecuteScalarAsync())!), System.Globalization.CultureInfo.InvariantCulture);
    }
}

internal static class Figures
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    public static double Percentile(IEnumerable<double> values, double percent)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(sorted.Length * percent / 100) - 1)];
    }

    public static async Task<double> MillisecondsAsync(Func<Task> act)
    {
        var clock = Stopwatch.StartNew();
        await act();
        return clock.Elapsed.TotalMilliseconds;
    }
}
