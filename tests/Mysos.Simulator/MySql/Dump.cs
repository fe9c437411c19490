namespace Mysos.Simulator.MySql;

/// <summary>A replica's connection to its source, both ends of it. Packets are delayed while the network is cut.</summary>
/// <param name="semiSync">The replica acknowledges what comes through it.</param>
/// <param name="next">Of the source's binary log.</param>
internal sealed class Dump(Server source, Server replica, int connection, string user, bool semiSync, int next)
{
    private static readonly TimeSpan Retransmit = TimeSpan.FromMilliseconds(200);
    private bool _busy;
    private int _next = next;
    private bool _sourceClosed;
    private bool _replicaClosed;

    public int Connection { get; } = connection;
    public string User { get; } = user;
    public Server Source { get; } = source;
    public Replica Replica => replica.Replica;

    /// <summary>A transaction sent now could come to be acknowledged.</summary>
    public bool CanAcknowledge => semiSync && !_sourceClosed && !_replicaClosed && !replica.Ended;

    public void Pump()
    {
        if (_busy || _sourceClosed || _next >= Source.Disk.Binlog.Count)
            return;
        _busy = true;
        Send(Source.World.Chance.Milliseconds(0.1, 1), () =>
        {
            if (!_sourceClosed)
                replica.Do(Deliver);
        });
    }

    /// <param name="tellReplica">The source, or its machine, closes the connection.</param>
    public void Close(bool tellReplica)
    {
        if (tellReplica && !_sourceClosed)
        {
            _sourceClosed = true;
            Source.Dumps.Remove(this);
            Source.World.Watch.Changed(Source);
            Send(Source.World.Chance.Milliseconds(0.1, 1), () => replica.Do(() => replica.Replica.Lost(this)));
        }
        else if (!tellReplica && !_replicaClosed)
        {
            _replicaClosed = true;
            Source.World.Watch.Changed(Source);
            Send(Source.World.Chance.Milliseconds(0.1, 1), () => Source.Do(() =>
            {
                _sourceClosed = true;
                Source.Dumps.Remove(this);
            }));
        }
    }

    private void Deliver()
    {
        _busy = false;
        // What a crashed source cut off was never sent twice.
        if (_replicaClosed || _sourceClosed || _next >= Source.Disk.Binlog.Count)
            return;
        var at = ++_next;
        replica.Replica.Receive(Source.Disk.Binlog[at - 1]);
        if (semiSync)
        {
            Send(Source.World.Chance.Milliseconds(0.1, 1), () => Source.Do(() =>
            {
                if (!_sourceClosed)
                    Source.Commits.Acknowledge(replica.Node, at);
            }));
        }
        Pump();
    }

    private void Send(TimeSpan delay, Action arrives) => Source.World.Clock.After(delay + Source.World.Network.Delay(Source.Endpoint.Host, replica.Endpoint.Host), () =>
    {
        if (Source.World.Network.Reaches(Source.Endpoint.Host, replica.Endpoint.Host))
            arrives();
        else
            Send(Retransmit, arrives);
    });
}
