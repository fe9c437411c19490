using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Nodes;

/// <summary>
/// What is known of the node, and the reports made of it. Parts of the executor change it from their own tasks; each change
/// is one report, in order.
/// </summary>
internal sealed class NodeStatus(string taskId, Action<Report> send)
{
    private readonly Lock _lock = new();
    private Facts _facts = new();
    private long _sequence;

    internal sealed record Facts
    {
        public NodePhase Phase { get; init; } = NodePhase.Preparing;
        public string? Reason { get; init; }
        public string? Server { get; init; }
        public int Rebuild { get; init; }
        public DateTimeOffset? DataMade { get; init; }
        /// <summary>The directive that holds; null before the first, and again when mysqld has ended.</summary>
        public Directive? Applied { get; init; }
        /// <summary>The epoch of the last directive that held.</summary>
        public long Epoch { get; init; }
        public ServerState? Observed { get; init; }
        public long QuietVersion { get; init; }
        public bool Diverged { get; init; }
        public bool Stalled { get; init; }
        /// <summary>The owner's account was seen to work on this mysqld. To a delayed slave it may come late.</summary>
        public bool OwnerArrived { get; init; }
        /// <summary>mysqld does not answer: what it said last cannot be relied on.</summary>
        public string? Silent { get; init; }
        public TimeSpan? SilentFor { get; init; }
        public int? Connections { get; init; }
        public double? DataMb { get; init; }
        /// <summary>Why the volume takes no writes.</summary>
        public string? Volume { get; init; }
        /// <summary>Somebody has deleted the data under mysqld.</summary>
        public bool DataGone { get; init; }
        public TimeSpan? MasterSilentFor { get; init; }
        public string? MasterRefuses { get; init; }
        /// <summary>A master for whom nobody acknowledges.</summary>
        public TimeSpan? UnfollowedFor { get; init; }
        /// <summary>A master that takes no writes until somebody can be heard again.</summary>
        public bool CutOff { get; init; }
        public BackupReport? Backup { get; init; }
        public Repair? Repair { get; init; }
        public CopyOffer? Offers { get; init; }
        public string? Kept { get; init; }

        public bool Serving => Phase == NodePhase.Running && Silent is null && !Diverged && Applied?.Role switch
        {
            DirectedRole.Master => Observed is { Writable: true },
            DirectedRole.Slave => (OwnerArrived || Applied.DelaySeconds > 0) && Observed is { ReadOnly: true, Replica: { Follows: true } replica } && replica.Source == Applied.Source,
            _ => false,
        };
    }

    public Facts Current
    {
        get
        {
            lock (_lock)
                return _facts;
        }
    }

    /// <summary>Changes what is known and reports it.</summary>
    public void Set(Func<Facts, Facts> change)
    {
        lock (_lock)
        {
            _facts = change(_facts);
            send(ToReport(_facts, ++_sequence));
        }
    }

    /// <summary>Changes what is known; the next report tells it.</summary>
    public void Note(Func<Facts, Facts> change)
    {
        lock (_lock)
            _facts = change(_facts);
    }

    private Report ToReport(Facts facts, long sequence) => new()
    {
        TaskId = taskId,
        Sequence = sequence,
        Phase = facts.Phase,
        Reason = facts.Silent ?? facts.Reason,
        Server = facts.Server,
        AppliedVersion = facts.Applied?.Version ?? 0,
        QuietVersion = facts.QuietVersion,
        Epoch = facts.Epoch,
        Role = facts.Applied?.Role ?? DirectedRole.Standby,
        ReadOnly = facts.Observed is not { Writable: true },
        Serving = facts.Serving,
        Executed = facts.Observed?.Executed,
        Unended = facts.Observed is { Unended: { Length: > 0 } unended } ? unended : null,
        Stalled = facts.Stalled,
        Received = facts.Observed?.Replica?.Received,
        History = facts.Observed?.BinlogState,
        Source = facts.Observed?.Replica?.Source,
        LagSeconds = facts.Observed?.Replica?.LagSeconds,
        DelaySeconds = facts.Observed?.Replica?.DelaySeconds ?? 0,
        Diverged = facts.Diverged,
        Rebuild = facts.Rebuild,
        DataMade = facts.DataMade,
        Backup = facts.Backup,
        Offers = facts.Offers,
        Connections = facts.Phase == NodePhase.Running ? facts.Connections : null,
        DataMb = facts.DataMb,
        Symptoms = ToSymptoms(facts),
        Repair = facts.Repair,
        Kept = facts.Kept,
    };

    private static Symptoms? ToSymptoms(Facts facts)
    {
        var symptoms = new Symptoms
        {
            SilentFor = facts.SilentFor?.TotalSeconds,
            Volume = facts.Volume,
            MasterSilentFor = facts.MasterSilentFor?.TotalSeconds,
            MasterRefuses = facts.MasterRefuses,
            UnfollowedFor = facts.UnfollowedFor?.TotalSeconds,
        };
        return symptoms == new Symptoms() ? null : symptoms;
    }
}
