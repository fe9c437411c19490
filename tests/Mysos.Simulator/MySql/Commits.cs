namespace Mysos.Simulator.MySql;

internal enum CommitEnd
{
    Done,
    /// <summary>The server did not take it.</summary>
    Refused,
    /// <summary>The connection broke: nobody knows.</summary>
    Unknown,
}

/// <summary>
/// Commits under way: flush to the binary log, wait for an acknowledgement (AFTER_SYNC), commit in the engine, answer. Read-only
/// waits for those that have begun, and keeps new ones from beginning.
/// </summary>
internal sealed class Commits(Server server)
{
    /// <summary>Seen of one kill in thirty; more often here, to be met.</summary>
    private const double ToldAllTheSame = 0.2;

    private readonly List<Commit> _running = [];
    private readonly Queue<Commit> _waiting = [];
    private readonly List<(int Connection, Action Then, Action Killed)> _readOnlyWaits = [];
    /// <summary>Node → it has acknowledged so many transactions of the binary log. Those who are gone still count.</summary>
    private readonly Dictionary<int, int> _acknowledged = [];

    private Disk Disk => server.Disk;

    private sealed class Commit(int connection, int write, string? account, Action<CommitEnd> end)
    {
        public int Connection { get; } = connection;
        public int Write { get; } = write;
        public string? Account { get; } = account;
        public Action<CommitEnd> End { get; } = end;
        /// <summary>In the binary log; −1: not yet.</summary>
        public int At { get; set; } = -1;
        public bool Killed { get; set; }
    }

    /// <summary>Read-only was asked for: no commit begins any more.</summary>
    public bool Closing => _readOnlyWaits.Count > 0;

    public IEnumerable<int> WaitingConnections => _running.Where(c => c.At >= 0).Select(c => c.Connection);

    public void Begin(int connection, int write, string? account, bool administrator, Action<CommitEnd> end)
    {
        var allowed = administrator ? server.IsMariaDb || !server.ReadOnly : server.Writable;
        if (!allowed)
        {
            end(CommitEnd.Refused);
            return;
        }
        var commit = new Commit(connection, write, account, end);
        if (_readOnlyWaits.Count > 0 || (server.World.SerialCommits && _running.Count > 0))
            _waiting.Enqueue(commit);
        else
            Start(commit);
    }

    /// <summary>Calls back when no commit runs and the server is read-only.</summary>
    /// <param name="killed">Called instead when the connection was killed: nothing has changed.</param>
    public void MakeReadOnly(int connection, Action then, Action killed)
    {
        _readOnlyWaits.Add((connection, then, killed));
        server.World.Watch.Changed(server);
        Settle();
    }

    /// <summary>Read-only is asked for, and waits for what runs: nothing new is committed.</summary>
    public bool HeldBack => _readOnlyWaits.Count > 0;

    /// <summary>MySQL's <c>gtid_owned</c>: in the binary log, and not committed.</summary>
    public GtidSet Unended => GtidSet.Of(_running.Where(c => c.At >= 0).Select(c => Disk.Binlog[c.At]));

    /// <summary>MySQL's <c>gtid_executed</c>.</summary>
    public GtidSet Ended => WaitingConnections.Any() ? GtidSet.Of(Disk.Binlog.Except(_running.Where(c => c.At >= 0).Select(c => Disk.Binlog[c.At]))) : Disk.Executed;

    public void Acknowledge(int node, int upTo)
    {
        _acknowledged[node] = Math.Max(_acknowledged.GetValueOrDefault(node), upTo);
        Recount();
    }

    /// <summary>What has enough acknowledgements ends.</summary>
    public void Recount()
    {
        foreach (var commit in _running.Where(IsAcknowledged).ToArray())
            Finish(commit);
    }

    private bool IsAcknowledged(Commit commit) => commit.At >= 0 && _acknowledged.Count(a => a.Value > commit.At) >= server.AckersAwaited;

    /// <summary>
    /// The connection's client hears nothing more; but MariaDB ends the wait, and may say that the commit is done before it closes the
    /// connection. On MySQL the commit goes on waiting.
    /// </summary>
    public void Kill(int connection)
    {
        foreach (var wait in _readOnlyWaits.Where(w => w.Connection == connection).ToArray())
        {
            _readOnlyWaits.Remove(wait);
            server.World.Watch.Changed(server);
            Settle();
            wait.Killed();
        }
        foreach (var commit in _running.Concat(_waiting).Where(c => c.Connection == connection).ToArray())
        {
            var waits = commit.At >= 0 && server.IsMariaDb;
            if (!commit.Killed && !(waits && server.World.Chance.Of(ToldAllTheSame)))
            {
                commit.Killed = true;
                commit.End(CommitEnd.Unknown);
            }
            if (waits)
                Finish(commit);
        }
    }

    public void ServerEnded(bool crashed)
    {
        // What the engine committed last may not be on the disk yet; the binary log is.
        Disk.Committed = crashed && server.World.Chance.Of(0.5) ? Math.Max(0, Disk.Committed - server.World.Chance.Below(3)) : Disk.Committed;
        if (!crashed)
            Disk.Committed = Disk.Binlog.Count;
        foreach (var commit in _running.Concat(_waiting).Where(c => !c.Killed))
            commit.End(CommitEnd.Unknown);
        _running.Clear();
        _waiting.Clear();
        _readOnlyWaits.Clear();
    }

    private void Start(Commit commit)
    {
        _running.Add(commit);
        server.After(server.World.Chance.Milliseconds(0.3, 2), () => Log(commit));
    }

    private void Log(Commit commit)
    {
        if (commit.Killed)
        {
            _running.Remove(commit);
            Settle();
            return;
        }
        commit.At = Disk.Binlog.Count;
        var sequence = server.IsMariaDb ? Math.Max(Disk.Last?.Sequence ?? 0, Disk.SlavePosition?.Sequence ?? 0) + 1 : Disk.Executed.LastOf(Disk.Origin) + 1;
        Disk.Append(new Transaction(Disk.Origin, server.ServerId, sequence, commit.Write, commit.Account, server.World.Clock.Elapsed));
        foreach (var dump in server.Dumps.ToArray())
            dump.Pump();
        if (IsAcknowledged(commit))
            Finish(commit);
    }

    private void Finish(Commit commit)
    {
        if (!_running.Remove(commit))
            return;
        Disk.Committed = Math.Max(Disk.Committed, commit.At + 1);
        if (!commit.Killed)
            commit.End(CommitEnd.Done);
        Settle();
    }

    private void Settle()
    {
        if (_running.Count > 0)
            return;
        if (_readOnlyWaits.Count > 0)
        {
            var waits = _readOnlyWaits.ToArray();
            _readOnlyWaits.Clear();
            server.ReadOnly = true;
            server.SetWritable(false);
            while (_waiting.TryDequeue(out var refused))
            {
                if (!refused.Killed)
                    refused.End(CommitEnd.Refused);
            }
            foreach (var wait in waits)
                wait.Then();
            return;
        }
        while (_waiting.TryDequeue(out var next))
        {
            if (next.Killed)
                continue;
            Start(next);
            if (server.World.SerialCommits)
                return;
        }
    }
}
