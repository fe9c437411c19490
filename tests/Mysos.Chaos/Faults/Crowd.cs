using MySqlConnector;
using Mysos.Chaos.Stack;

namespace Mysos.Chaos.Faults;

/// <summary>Clients of the master, more than it can bear: it works, slowly, or turns others away.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    /// <summary>Some 20 ms of a processor.</summary>
    private const string Compute = "DO BENCHMARK(50000, SHA2('a', 256))";

    // More than any server of such a size lets in.
    private const int Most = 500;

    private readonly List<MySqlConnection> _clients = [];
    private readonly CancellationTokenSource _leaving = new();
    private Task _computing = Task.CompletedTask;

    /// <summary>So many clients keep all processors busy.</summary>
    public static async Task<Crowd> ComputingAsync((string Host, int Port) master, int clients)
    {
        var crowd = new Crowd();
        for (var i = 0; i < clients; i++)
            crowd._clients.Add(await TestedCluster.OpenAsOwnerAsync(master));
        crowd._computing = Task.WhenAll(crowd._clients.Select(client => Task.Run(() => ComputeAsync(client, crowd._leaving.Token))));
        return crowd;
    }

    /// <summary>They come until no more are let in, and stay, idle.</summary>
    /// <exception cref="InvalidOperationException">All were let in.</exception>
    public static async Task<Crowd> FillingAsync((string Host, int Port) master)
    {
        var crowd = new Crowd();
        while (crowd._clients.Count < Most)
        {
            try
            {
                crowd._clients.Add(await TestedCluster.OpenAsOwnerAsync(master));
            }
            catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.ConnectionCountError)
            {
                return crowd;
            }
        }
        throw new InvalidOperationException($"{master.Host}:{master.Port} has let {Most} clients in.");
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _computing;
        foreach (var client in _clients)
            await client.DisposeAsync();
        _leaving.Dispose();
    }

    private static async Task ComputeAsync(MySqlConnection client, CancellationToken leaving)
    {
        try
        {
            while (!leaving.IsCancellationRequested)
            {
                await using var command = new MySqlCommand(Compute, client);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (MySqlException)
        {
            // It is no longer master: its clients are cut off.
        }
    }
}
