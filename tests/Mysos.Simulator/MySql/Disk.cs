using Mysos.Core.Protocol;
using Mysos.Executor.Data;

namespace Mysos.Simulator.MySql;

/// <summary>What is in a data directory, and so outlives the server that runs on it.</summary>
internal sealed class Disk
{
    public NodeMarker? Marker { get; set; }
    /// <summary>Somebody has deleted all of it; who has read it knows it still.</summary>
    public bool Deleted { get; set; }
    /// <summary>Other data have another one.</summary>
    public int Origin { get; private set; }
    public List<Transaction> Binlog { get; } = [];
    /// <summary>So many transactions of the binary log are committed in the engine, too.</summary>
    public int Committed { get; set; }
    public GtidSet Executed { get; private set; } = new();
    public HashSet<int> Writes { get; } = [];
    /// <summary>User → locked.</summary>
    public Dictionary<string, bool> Accounts { get; } = new(StringComparer.Ordinal);

    public Endpoint? Source { get; set; }
    public string SourceUser { get; set; } = "";
    public bool ByGtid { get; set; } = true;
    /// <summary>How late the relay log is applied.</summary>
    public TimeSpan Delay { get; set; }
    public List<Transaction> Relay { get; } = [];
    /// <summary>So many of the relay log are applied.</summary>
    public int Applied { get; set; }
    /// <summary>MariaDB's <c>gtid_slave_pos</c>.</summary>
    public Transaction? SlavePosition { get; set; }

    public Transaction? Last => Binlog.Count > 0 ? Binlog[^1] : null;

    /// <summary>MariaDB's <c>gtid_current_pos</c>: what its own number wrote counts from the binary log.</summary>
    public Transaction? CurrentPosition(uint serverId)
    {
        var own = Binlog.Count > 0 && Binlog[^1].ServerId == serverId ? Binlog[^1] : Binlog.FindLast(t => t.ServerId == serverId);
        return own is null || SlavePosition?.Sequence > own.Sequence ? SlavePosition : own;
    }

    public void Wipe(int origin)
    {
        (Marker, Deleted, Origin, Source, Delay, Applied, Committed, SlavePosition, Executed) = (null, false, origin, null, TimeSpan.Zero, 0, 0, null, new GtidSet());
        Binlog.Clear();
        Writes.Clear();
        Accounts.Clear();
        Relay.Clear();
    }

    public void Append(Transaction transaction)
    {
        Binlog.Add(transaction);
        Executed.Add(transaction.Origin, transaction.Sequence);
        if (transaction.Write != 0)
            Writes.Add(transaction.Write);
        if (transaction.Account is { } account)
            Accounts.TryAdd(account, false);
    }

    /// <summary>What a donor's engine has committed. It follows nobody.</summary>
    public void CopyOf(Disk donor, uint serverId)
    {
        foreach (var transaction in donor.Binlog.Take(donor.Committed))
            Append(transaction);
        foreach (var (user, locked) in donor.Accounts)
            Accounts[user] = locked;
        Committed = Binlog.Count;
        SlavePosition = donor.CurrentPosition(serverId) is { } at && Executed.Contains(at.Origin, at.Sequence) ? at : Last;
    }

    /// <summary>Cuts the end of the binary log off, as MariaDB does when it recovers as a slave.</summary>
    public void Truncate(int count)
    {
        var kept = Binlog.Take(count).ToArray();
        Binlog.Clear();
        Writes.Clear();
        Executed = new GtidSet();
        foreach (var transaction in kept)
            Append(transaction);
        Committed = Math.Min(Committed, count);
        if (SlavePosition is { } at && !Executed.Contains(at.Origin, at.Sequence))
            SlavePosition = Last;
    }

    public void ForgetRelay()
    {
        Relay.Clear();
        Applied = 0;
    }
}
