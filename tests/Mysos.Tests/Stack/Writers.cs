using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using MySqlConnector;

namespace Mysos.Tests.Stack;

/// <summary>Clients that write to whichever node is master, and note each row that they were told is committed.</summary>
internal sealed class Writers : IAsyncDisposable
{
    private const int Count = 4;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(5);
    private readonly ConcurrentQueue<(int Row, long At)> _acknowledged = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Task _writing;
    private readonly StackClient _client;
    private readonly string _name;
    private readonly string _password;
    private volatile JsonNode? _master;
    private int _last;

    public Writers(StackClient client, string name, string password)
    {
        (_client, _name, _password) = (client, name, password);
        _writing = Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Task.Run(WriteAsync)));
    }

    public Task AcknowledgedAsync(int more)
    {
        var wanted = _acknowledged.Count + more;
        return Eventually.IsAsync(() => Task.FromResult(_acknowledged.Count >= wanted), TimeSpan.FromSeconds(30), () => $"{more} rows more");
    }

    public async Task<(IReadOnlyCollection<int> Rows, TimeSpan LongestGap)> StopAsync()
    {
        await _over.CancelAsync();
        await _writing;
        var times = _acknowledged.Select(a => a.At).Order().ToArray();
        return ([.. _acknowledged.Select(a => a.Row)], times.Zip(times.Skip(1), Stopwatch.GetElapsedTime).Max());
    }

    /// <summary>Those of the rows that the node does not have.</summary>
    public static async Task<IReadOnlyList<int>> MissingAsync(JsonNode node, string password, IReadOnlyCollection<int> rows)
    {
        var there = new HashSet<int>();
        await using var connection = await StackClient.OpenAsync(node, password);
        await using var select = new MySqlCommand("SELECT i FROM d.t", connection);
        await using var reader = await select.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            there.Add(reader.GetInt32(0));
        return [.. rows.Where(r => !there.Contains(r))];
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _writing;
        _over.Dispose();
    }

    private async Task WriteAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                await using var connection = await StackClient.OpenAsync(await MasterAsync(), _password);
                while (!_over.IsCancellationRequested)
                {
                    var row = Interlocked.Increment(ref _last);
                    await using var insert = new MySqlCommand($"INSERT INTO d.t VALUES ({row})", connection) { CommandTimeout = 2 };
                    await insert.ExecuteNonQueryAsync();
                    _acknowledged.Enqueue((row, Stopwatch.GetTimestamp()));
                }
            }
            catch (MySqlException)
            {
                _master = null;
                await Task.Delay(Between, TimeProvider.System);
            }
        }
    }

    private async Task<JsonNode> MasterAsync()
    {
        while (_master is null)
        {
            var cluster = await _client.Http.GetStringAsync($"/clusters/{_name}");
            _master = JsonNode.Parse(cluster)!["nodes"]!.AsArray().FirstOrDefault(n => n!["role"]!.GetValue<string>() == "master");
            if (_master is null)
                await Task.Delay(Between, TimeProvider.System);
        }
        return _master;
    }
}
