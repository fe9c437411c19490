using System.Collections.Immutable;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;

namespace Mysos.Executor.Servers;

/// <summary>What a running mysqld says of itself, in one answer.</summary>
internal sealed record ServerState
{
    /// <summary>Fenced: nobody can write; on MariaDB but this executor.</summary>
    public required bool ReadOnly { get; init; }
    /// <summary>
    /// Open to everybody. On MySQL there is a state between, in which administrators can write (<c>read_only</c> without
    /// <c>super_read_only</c>).
    /// </summary>
    public required bool Writable { get; init; }
    /// <summary>GTIDs executed.</summary>
    public required string Executed { get; init; }
    /// <inheritdoc cref="Report.History"/>
    public string? BinlogState { get; init; }
    /// <summary>MySQL: GTIDs in the binary log whose commits have not ended; empty on MariaDB, where they count as executed.</summary>
    public string Unended { get; init; } = "";
    /// <summary>For how many acknowledgements its commits wait; 0: the master's side of semi-synchronous replication is off.</summary>
    public required int AckersAwaited { get; init; }
    public required bool SemiSyncReplica { get; init; }
    /// <summary>MariaDB: <c>gtid_slave_pos</c> lags behind what this server wrote as a master.</summary>
    public bool SlavePositionStale { get; init; }
    /// <summary>Null: it is not set up to follow anybody.</summary>
    public ReplicaState? Replica { get; init; }

    /// <summary>All that was received has been applied. Meaningful once receiving has stopped.</summary>
    public bool AllApplied => Replica is null
        || ((Replica.RelayRead || Replica.Received.Length > 0)
            && GtidPosition.Parse(Executed).Covers(GtidPosition.Parse(Replica.Received)));

    /// <summary>Executed and received.</summary>
    public GtidPosition Position => GtidPosition.Parse(Executed).Union(GtidPosition.Parse(Replica?.Received));
}

internal enum ReceiverState
{
    Stopped,
    Connecting,
    Connected,
}

internal sealed record ReplicaState
{
    public required Endpoint Source { get; init; }
    public required ReceiverState Receiver { get; init; }
    public required bool Applying { get; init; }
    /// <summary>GTIDs received.</summary>
    public string Received { get; init; } = "";
    /// <summary>The last error of the receiving side, 0 for none.</summary>
    public int ReceiveError { get; init; }
    public string? ReceiveErrorText { get; init; }
    public int ApplyError { get; init; }
    public string? ApplyErrorText { get; init; }
    public double? LagSeconds { get; init; }
    /// <summary>Changes with everything that comes from the source, heartbeats too. Only to be compared.</summary>
    public string Heard { get; init; } = "";
    /// <summary>What was received is applied so long after its master did; 0: at once.</summary>
    public int DelaySeconds { get; init; }
    /// <summary>
    /// MySQL: what was received stays when both sides are started again, and when the delay is changed while it receives. MariaDB fetches it
    /// again from where applying stood.
    /// </summary>
    public bool KeepsRelayLog { get; init; }
    /// <summary>Where applying stands in the relay log.</summary>
    public RelayPosition? Relay { get; init; }
    /// <summary>
    /// Nothing in the relay log waits to be applied. MariaDB does not know after a start what it had received, so there it
    /// is only known when applying has come to the end; MySQL's <see cref="Received"/> is always whole.
    /// </summary>
    public bool RelayRead { get; init; }
    /// <summary>It finds its place at the source by GTID.</summary>
    public bool FollowsByGtid { get; init; } = true;

    public bool Follows => Receiver == ReceiverState.Connected && Applying;

    /// <summary>Its source has its account locked (MySQL's error, MariaDB's), and it asks again.</summary>
    public bool LockedOut => this is { Receiver: ReceiverState.Connecting, ReceiveError: 3118 or 4151, Applying: true };
}

internal sealed record RelayPosition(string File, long Position);

/// <summary>How far a master is, as its slaves ask it before they attach.</summary>
/// <param name="BinlogState">MariaDB's <c>gtid_binlog_state</c>; empty on MySQL, whose executed GTIDs say it all.</param>
internal sealed record SourceState(bool ReadOnly, string Executed, string BinlogState)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<SourceState> AskAsync(IFlavor flavor, ILogins logins, Endpoint source, Account follower, CancellationToken cancellation)
    {
        await using var master = await logins.OpenAsync(source, follower, Patience, cancellation).ConfigureAwait(false);
        var row = await master.RowAsync(flavor.SourceSql, cancellation, (int)Patience.TotalSeconds).ConfigureAwait(false);
        return new SourceState(row!.Flag(0), row.Text(1)?.Replace("\n", "", StringComparison.Ordinal) ?? "", row.Text(2) ?? "");
    }

    /// <summary>It lacks none of these; on MariaDB, nor has it another transaction of the same number.</summary>
    public bool Has(string gtids) => GtidPosition.Parse(Executed).Covers(GtidPosition.Parse(gtids))
        && (BinlogState.Length == 0 || MariaDbBinlogState.Missing(BinlogState, gtids) is null);
}
