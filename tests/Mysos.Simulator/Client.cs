using Mysos.Core.Protocol;
using Mysos.Simulator.MySql;

namespace Mysos.Simulator;

/// <summary>A client that writes one row after the other to the master that it was told of, and stays with it until that fails.</summary>
internal sealed class Client(World world, int number)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private Server? _server;
    private int _connection;
    private int _round;

    public void Begin() => Next(world.Chance.Milliseconds(20, 300));

    private void Next(TimeSpan delay)
    {
        var round = ++_round;
        world.Clock.After(delay, () =>
        {
            if (round == _round)
                Write(round);
        });
    }

    private void Write(int round)
    {
        if (_server is null or { Ended: true } || !_server.Clients.ContainsKey(_connection))
            Connect();
        if (_server is not { } server)
        {
            Next(world.Chance.Milliseconds(50, 400));
            return;
        }
        var write = world.NextWrite();
        // A frozen server, or one whose acker is away, says nothing for long.
        world.Clock.After(Patience, () =>
        {
            if (round != _round)
                return;
            _server = null;
            Next(TimeSpan.Zero);
        });
        server.Do(() => server.Commits.Begin(_connection, write, null, false, end =>
        {
            if (round != _round)
                return;
            if (end == CommitEnd.Done)
                world.Watch.Acknowledged(write, server);
            else
                _server = null;
            if (world.Journal.On)
                world.Journal.Write($"client{number}", $"write {write} at {server.Name}: {end}");
            Next(world.Chance.Milliseconds(20, 300));
        }));
    }

    private void Connect()
    {
        _server = world.Store.Announced.GetValueOrDefault(World.Cluster)?.Master is { Endpoint: var endpoint }
            && world.Network.At(endpoint, "client") is { Frozen: false } server && server.Disk.Accounts.ContainsKey(Accounts.Given.Cluster.User) ? server : null;
        if (_server is not null)
            _connection = _server.Connect(Accounts.Given.Cluster.User);
    }
}
