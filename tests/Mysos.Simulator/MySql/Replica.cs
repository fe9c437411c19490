using Mysos.Executor.Servers;

namespace Mysos.Simulator.MySql;

/// <summary>The receiving and the applying side of a server.</summary>
internal sealed class Replica(Server server)
{
    private static readonly TimeSpan ConnectRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NetTimeout = TimeSpan.FromSeconds(4);
    private const int DuplicateSequence = 1950;
    private const int SourceLacksIt = 1236;
    private const int LeftOut = -1;
    private int _attempt;
    private Dump? _dump;
    private bool _applying;
    private bool _busy;
    private int _waits;
    private GtidSet _received = new();
    private Transaction? _receivedLast;
    private bool _receivedKnown;
    private int _skip;
    private long _heartbeats;

    private Disk Disk => server.Disk;
    private World World => server.World;

    public ReceiverState Receiver { get; private set; }
    public bool Applying => _applying;
    public int ReceiveError { get; private set; }
    public int ApplyError { get; private set; }
    public bool RelayRead => _applying && Disk.Applied == Disk.Relay.Count;
    /// <summary>One a second while the source is heard; counted when asked for.</summary>
    public long Heartbeats => _heartbeats = _dump is { Source: { Ended: false, Frozen: false } source } && World.Network.Reaches(source.Endpoint.Host, server.Endpoint.Host)
        ? (long)World.Clock.Elapsed.TotalSeconds : _heartbeats;
    public List<Action> AppliedWaits { get; } = [];
    public string Received => server.IsMariaDb ? (_receivedKnown ? _receivedLast?.MariaDbGtid ?? "" : "") : _received.ToString();
    public double? Lag => Receiver == ReceiverState.Connected && _applying ? Waiting.TotalSeconds + ((Disk.Relay.Count - Disk.Applied) * World.ApplyDelay.TotalSeconds) : null;
    /// <summary>How old the next transaction is, where applying it waits.</summary>
    private TimeSpan Waiting => Disk.Delay > TimeSpan.Zero && Disk.Applied < Disk.Relay.Count ? World.Clock.Elapsed - Disk.Relay[Disk.Applied].At : TimeSpan.Zero;

    /// <summary>After the start of the server: MySQL reads what it has received from the relay log, MariaDB does not.</summary>
    public void Recover(bool relayLogRecovery)
    {
        if (relayLogRecovery)
            Disk.Relay.RemoveRange(Disk.Applied, Disk.Relay.Count - Disk.Applied);
        Disk.Relay.RemoveRange(0, Disk.Applied);
        Disk.Applied = 0;
        foreach (var transaction in Disk.Relay)
            _received.Add(transaction.Origin, transaction.Sequence);
    }

    public void StartReceiving()
    {
        if (Disk.Source is null || Receiver != ReceiverState.Stopped)
            return;
        DeleteRelayWhenIdle();
        Receiver = ReceiverState.Connecting;
        if (!_receivedKnown)
            (_receivedKnown, _receivedLast) = (true, Disk.Relay.Count > 0 ? Disk.Relay[^1] : Disk.SlavePosition);
        ConnectAfter(World.Chance.Milliseconds(2, 9));
    }

    public void StopReceiving()
    {
        _attempt++;
        Receiver = ReceiverState.Stopped;
        _dump?.Close(tellReplica: false);
        _dump = null;
    }

    public void StartApplying()
    {
        if (Disk.Source is null || _applying)
            return;
        DeleteRelayWhenIdle();
        (_applying, ApplyError) = (true, 0);
        ApplyNext();
    }

    public void StopApplying() => _applying = false;

    public void Delay(TimeSpan delay)
    {
        // MySQL deletes its relay log for it when neither side runs; MariaDB does when both start.
        if (!server.IsMariaDb && Receiver == ReceiverState.Stopped)
            Forget();
        Disk.Delay = delay;
    }

    public void SkipNext() => _skip++;

    public void Attach(Core.Protocol.Endpoint source, string user, TimeSpan delay)
    {
        (Disk.Source, Disk.SourceUser, Disk.ByGtid, Disk.Delay) = (source, user, true, delay);
        Forget();
        ReceiveError = ApplyError = 0;
    }

    public void Detach()
    {
        (Disk.Source, Disk.Delay) = (null, TimeSpan.Zero);
        Forget();
    }

    public void Receive(Transaction transaction)
    {
        _receivedLast = transaction;
        // A server leaves out what it wrote under its own number; MariaDB's position goes on nevertheless.
        var own = transaction.ServerId == server.ServerId;
        if (own && !server.IsMariaDb)
            return;
        _received.Add(transaction.Origin, transaction.Sequence);
        Disk.Relay.Add(own ? transaction with { Origin = LeftOut } : transaction);
        ApplyNext();
    }

    /// <summary>The source closed the connection.</summary>
    public void Lost(Dump dump)
    {
        if (_dump != dump)
            return;
        _dump = null;
        _attempt++;
        Receiver = ReceiverState.Connecting;
        ConnectAfter(TimeSpan.FromMilliseconds(5));
    }

    /// <summary>The source is silent from now on; if it still is after the timeout, the connection is given up.</summary>
    public void Silence() => server.After(NetTimeout, () =>
    {
        if (_dump is not { } dump || (!dump.Source.Frozen && World.Network.Reaches(dump.Source.Endpoint.Host, server.Endpoint.Host)))
            return;
        dump.Close(tellReplica: false);
        Lost(dump);
    });

    public void ServerEnded()
    {
        _dump?.Close(tellReplica: false);
        // The note of where applying stood is written after the transaction.
        if (server.IsMariaDb && Disk.Applied > 0 && World.Chance.Of(0.3))
            Disk.Applied--;
        AppliedWaits.Clear();
    }

    private void Forget()
    {
        Disk.ForgetRelay();
        (_received, _receivedLast, _receivedKnown) = (new GtidSet(), null, false);
    }

    /// <summary>MariaDB in GTID mode, when neither side runs.</summary>
    private void DeleteRelayWhenIdle()
    {
        if (server.IsMariaDb && Disk.ByGtid && Receiver == ReceiverState.Stopped && !_applying)
            Forget();
    }

    private void ConnectAfter(TimeSpan delay)
    {
        var mine = ++_attempt;
        server.After(delay, () =>
        {
            if (mine == _attempt)
                Connect();
        });
    }

    private void Connect()
    {
        if (World.Network.At(Disk.Source!, server.Endpoint.Host) is not { Frozen: false } source)
        {
            ReceiveError = 2003;
            ConnectAfter(ConnectRetry);
            return;
        }
        if (!source.Disk.Accounts.TryGetValue(Disk.SourceUser, out var locked) || locked)
        {
            ReceiveError = !locked ? 1045 : server.IsMariaDb ? 4151 : 3118;
            ConnectAfter(ConnectRetry);
            return;
        }
        var next = PlaceIn(source.Disk);
        if (next < 0)
        {
            ReceiveError = SourceLacksIt;
            StopReceiving();
            return;
        }
        (Receiver, ReceiveError) = (ReceiverState.Connected, 0);
        _dump = new Dump(source, server, source.NewConnection(), Disk.SourceUser, server.SemiSyncReplica, next);
        source.Dumps.Add(_dump);
        World.Watch.Changed(source);
        _dump.Pump();
    }

    /// <summary>The first transaction of the source's binary log that is not here; −1: the source lacks what is here.</summary>
    private int PlaceIn(Disk source)
    {
        if (server.IsMariaDb)
        {
            if ((_receivedLast ?? Disk.SlavePosition) is not { } last)
                return 0;
            return source.Binlog.FindIndex(t => t.Sequence == last.Sequence && t.ServerId == last.ServerId) is >= 0 and var at ? at + 1 : -1;
        }
        var all = Disk.Executed.LastOf(source.Origin) > source.Executed.LastOf(source.Origin) ? -1
            : source.Binlog.FindIndex(t => !Disk.Executed.Contains(t.Origin, t.Sequence) && !_received.Contains(t.Origin, t.Sequence));
        return all >= 0 ? all : Disk.Executed.LastOf(source.Origin) > source.Executed.LastOf(source.Origin) ? -1 : source.Binlog.Count;
    }

    private void ApplyNext()
    {
        if (_busy || !_applying || Disk.Applied >= Disk.Relay.Count)
            return;
        if (Disk.Delay > Waiting)
        {
            var mine = ++_waits;
            server.After(Disk.Delay - Waiting, () =>
            {
                if (mine == _waits)
                    ApplyNext();
            });
            return;
        }
        _busy = true;
        server.After(World.ApplyDelay * (0.5 + World.Chance.Below(100) / 100.0), Apply);
    }

    private void Apply()
    {
        _busy = false;
        if (!_applying || Disk.Applied >= Disk.Relay.Count)
            return;
        var transaction = Disk.Relay[Disk.Applied];
        if (_skip > 0)
        {
            _skip--;
        }
        else if (transaction.Origin == LeftOut)
        {
            Disk.SlavePosition = transaction;
        }
        else if (server.IsMariaDb ? (Disk.Last?.Sequence ?? 0) >= transaction.Sequence : Disk.Executed.Contains(transaction.Origin, transaction.Sequence))
        {
            if (server.IsMariaDb)
            {
                (_applying, ApplyError) = (false, DuplicateSequence);
                return;
            }
        }
        else
        {
            Disk.Append(transaction);
            Disk.Committed = Disk.Binlog.Count;
            Disk.SlavePosition = transaction;
            foreach (var dump in server.Dumps.ToArray())
                dump.Pump();
        }
        Disk.Applied++;
        foreach (var wait in AppliedWaits.ToArray())
            wait();
        ApplyNext();
    }
}
