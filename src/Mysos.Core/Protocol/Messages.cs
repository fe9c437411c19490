using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mysos.Core.Protocol;

// Between scheduler and executor, as MESSAGEs through Mesos, which may lose, delay or repeat them. So nothing here is an
// event that must arrive: each side repeats *what should be* (Directive) and *what is* (Report) until they agree.

/// <summary>Executor → scheduler. Exactly one member is set.</summary>
public sealed record ExecutorMessage
{
    public Hello? Hello { get; init; }
    public Report? Report { get; init; }
}

/// <summary>Scheduler → executor. Exactly one member is set.</summary>
public sealed record SchedulerMessage
{
    public SealedAccounts? Accounts { get; init; }
    public Directive? Directive { get; init; }
}

/// <summary>
/// Asks for the accounts. Sent at launch and again (each second) until they came.
/// </summary>
public sealed record Hello
{
    public required string TaskId { get; init; }
    /// <summary>A fresh ECDH P-256 public key, SubjectPublicKeyInfo (DER).</summary>
    public required byte[] PublicKey { get; init; }
}

/// <summary>
/// <see cref="Accounts"/> as JSON, sealed to the key of a <see cref="Hello"/>: AES-256-GCM under
/// HKDF-SHA256(ECDH(sender, receiver)), associated data = the task id.
/// </summary>
public sealed record SealedAccounts
{
    public required string TaskId { get; init; }
    /// <summary>The receiver's key that it was sealed to (so that an answer to an older Hello is recognised).</summary>
    public required byte[] ReceiverKey { get; init; }
    public required byte[] SenderKey { get; init; }
    public required byte[] Nonce { get; init; }
    public required byte[] Ciphertext { get; init; }
    public required byte[] Tag { get; init; }
}

/// <summary>The accounts of an instance. Never logged, never stored on an agent's disk after mysqld has started.</summary>
public sealed record Accounts
{
    public required Account Admin { get; init; }
    public required Account Replication { get; init; }
    /// <summary>The user of the cluster's owner, created on the master and replicated.</summary>
    public required Account Cluster { get; init; }
    /// <summary>Rises with each change of the owner's password.</summary>
    public int Version { get; init; }

    /// <summary>What node number <paramref name="node"/> replicates with; the user of <see cref="Replication"/> is only the beginning of its name.</summary>
    public Account Follower(int node) =>
        Replication with { User = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Replication.User}_{node}") };
}

public sealed record Account(string User, string Password)
{
    public override string ToString() => User;
}

/// <summary>What a node should be doing. The executor makes it so, at once, and says so in its <see cref="Report"/>.</summary>
public sealed record Directive
{
    public required string TaskId { get; init; }
    /// <summary>Rises with each change of the directive; an executor ignores a lower one than it has seen.</summary>
    public required long Version { get; init; }
    /// <summary>The cluster's epoch; an executor ignores a lower one than it has seen.</summary>
    public required long Epoch { get; init; }
    public required DirectedRole Role { get; init; }
    /// <summary>The master to follow when <see cref="Role"/> is <see cref="DirectedRole.Slave"/>.</summary>
    public Endpoint? Source { get; init; }
    /// <summary>For a master: take no more writes, and cut clients off; the slaves go on following it.</summary>
    public bool Yield { get; init; }
    /// <summary>For a slave: GTIDs that it is to have applied (a delayed one: received) before the directive holds, in the server's notation.</summary>
    public string? CatchUp { get; init; }
    /// <summary>For a slave: it is an acker, or is to be one, so an election may count on all that it has received.</summary>
    public bool CountedOn { get; init; }
    /// <summary>Once this holds, what somebody changes is left as it is, but for who waits for acknowledgements and who gives them.</summary>
    public bool Paused { get; init; }
    /// <summary>For a slave: how long after its master it applies a write; 0: at once.</summary>
    public int DelaySeconds { get; init; }
    /// <summary>As <see cref="Accounts.Version"/>; an executor that has older ones asks for them with a <see cref="Hello"/>.</summary>
    public int AccountsVersion { get; init; }
    /// <summary>For a master: how many slaves are to acknowledge a write (0: do not wait). For a slave: 1 when it acknowledges.</summary>
    public int Ackers { get; init; }
    /// <summary>For a master: the nodes that may replicate from it, each with an account of its own.</summary>
    public IReadOnlyList<int> Followers { get; init => field = value ?? []; } = [];
    /// <summary>For a master: those of them that may not now. Who is connected is cut off.</summary>
    public IReadOnlyList<int> Barred { get; init => field = value ?? []; } = [];
    /// <summary>For a master: a number of the present set of those who acknowledge, whose sides are all known to be on; 0: not all are.</summary>
    public long Acker { get; init; }
    /// <summary>For a master whose commits wait (<see cref="Report.Stalled"/>): of each who acknowledges, the GTIDs that it has received.</summary>
    public IReadOnlyList<string> AckersHave { get; init => field = value ?? []; } = [];
    /// <summary>For a master: as <see cref="Report.DataMade"/>, of the data that it is master with; it is none with others. Null: with any.</summary>
    public DateTimeOffset? DataMade { get; init; }
    /// <summary>For a master: changes nothing, but the report that this directive holds tells the GTIDs of then.</summary>
    public long Note { get; init; }
    /// <summary>A backup that this node should take, until a report shows it done or failed.</summary>
    public BackupOrder? Backup { get; init; }
    /// <summary>As <see cref="NodeTask.Rebuild"/>: larger than the data's own number means wipe them and start anew (never a master).</summary>
    public int Rebuild { get; init; }
    /// <summary>For a slave that is rebuilt; null: it begins empty.</summary>
    public Donor? Donor { get; init; }
    /// <summary>Null: nobody may copy this node's data.</summary>
    public CopyGrant? Grants { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<DirectedRole>))]
public enum DirectedRole
{
    /// <summary>Read-only, following nobody: before a master is known.</summary>
    Standby,
    /// <summary>Stop receiving from any master and report positions: an election for this epoch is on.</summary>
    Candidate,
    Slave,
    /// <summary>Apply what was received, then take writes.</summary>
    Master,
}

/// <summary><see cref="Path"/> is the directory below the backup store that the backup is written to.</summary>
public sealed record BackupOrder(string BackupId, string Path);

public sealed record Endpoint(string Host, int Port)
{
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>What a node is doing. Sent when something changed, and each second.</summary>
public sealed record Report
{
    public required string TaskId { get; init; }
    /// <summary>Rises with each report of one task; older ones that arrive late are ignored.</summary>
    public required long Sequence { get; init; }
    public required NodePhase Phase { get; init; }
    /// <summary>What the phase waits for or why it failed; one line for people.</summary>
    public string? Reason { get; init; }
    /// <summary><c>MariaDB 10.11.6</c>, <c>MySQL 9.7.0</c> …</summary>
    public string? Server { get; init; }
    /// <summary>The newest directive that holds now; 0 before the first.</summary>
    public long AppliedVersion { get; init; }
    /// <summary>The newest directive that came; an older one is not heard.</summary>
    public long NewestVersion { get; init; }
    /// <summary>The newest directive after which this node was seen to acknowledge nothing, held or not.</summary>
    public long QuietVersion { get; init; }
    /// <summary>The epoch of the newest directive that has held: it and <see cref="Role"/> change together.</summary>
    public long Epoch { get; init; }
    /// <summary>The role that holds now.</summary>
    public DirectedRole Role { get; init; }
    public bool ReadOnly { get; init; } = true;
    /// <summary>Clients may be sent here: it takes writes (master), or follows its master without error (slave).</summary>
    public bool Serving { get; init; }
    /// <summary>GTIDs executed, in the server's own notation.</summary>
    public string? Executed { get; init; }
    /// <summary>MySQL: GTIDs in the binary log whose commits have not ended, as those that wait for an acknowledgement; null on MariaDB, where they are among the executed.</summary>
    public string? Unended { get; init; }
    /// <summary>A master's commits wait for acknowledgements that may never come: who acknowledges may have got them before its side was on.</summary>
    public bool Stalled { get; init; }
    /// <summary>GTIDs received, executed or not.</summary>
    public string? Received { get; init; }
    /// <summary>MariaDB's <c>gtid_binlog_state</c>: the last GTID of each server in each domain; null on MySQL, whose GTIDs say it all.</summary>
    public string? History { get; init; }
    public Endpoint? Source { get; init; }
    /// <summary>As the server tells it, a delay included.</summary>
    public double? LagSeconds { get; init; }
    /// <summary>How late it applies, as the server is set now.</summary>
    public int DelaySeconds { get; init; }
    /// <summary>The node has transactions that its master lacks, or a broken copy: it can only be rebuilt.</summary>
    public bool Diverged { get; init; }
    public int Rebuild { get; init; }
    /// <summary>When its data were made, which tells them from those of an earlier life; null before there are any.</summary>
    public DateTimeOffset? DataMade { get; init; }
    public BackupReport? Backup { get; init; }
    public CopyOffer? Offers { get; init; }
    /// <summary>Connections of clients, slaves and Mysos itself; null before they were counted.</summary>
    public int? Connections { get; init; }
    /// <summary>MiB that the data take on the disk; null before they were measured.</summary>
    public double? DataMb { get; init; }
    /// <summary>Null: nothing is wrong.</summary>
    public Symptoms? Symptoms { get; init; }
    /// <summary>The last change behind Mysos' back that was put right; null: there was none.</summary>
    public Repair? Repair { get; init; }
    /// <summary>The directory, on the node's machine, of the binary logs with what its master lacked, from before its data were last made anew; null: nothing was kept.</summary>
    public string? Kept { get; init; }
}

/// <param name="Found">What was found: one sentence without its subject, the server.</param>
public sealed record Repair(DateTimeOffset At, string Found);

[JsonConverter(typeof(JsonStringEnumConverter<NodePhase>))]
public enum NodePhase
{
    /// <summary>Making the data directory.</summary>
    Preparing,
    /// <summary>Copying a backup back.</summary>
    Restoring,
    /// <summary>mysqld was started and does not answer yet.</summary>
    Starting,
    /// <summary>mysqld answers.</summary>
    Running,
    /// <summary>mysqld has ended; the executor starts it again.</summary>
    Stopped,
    /// <summary>It cannot be made to run; the reason says why. The task ends.</summary>
    Failed,
}

public sealed record BackupReport
{
    public required string BackupId { get; init; }
    public required BackupState State { get; init; }
    public long SizeBytes { get; init; }
    public double Seconds { get; init; }
    public string? Error { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<BackupState>))]
public enum BackupState
{
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("done")] Done,
    [JsonStringEnumMemberName("failed")] Failed,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExecutorMessage))]
[JsonSerializable(typeof(SchedulerMessage))]
[JsonSerializable(typeof(Accounts))]
[JsonSerializable(typeof(NodeTask))]
public sealed partial class ProtocolJson : JsonSerializerContext;
