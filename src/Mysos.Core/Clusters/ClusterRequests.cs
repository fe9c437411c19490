using System.Collections.Immutable;
using Mysos.Core.Access;
using Mysos.Core.Elections;

namespace Mysos.Core.Clusters;

// What a user can ask for. Values are of the right type and not yet checked. Each request can be refused with 400 (a bad
// value), 401 and 403 (by who asks), 409 (not in this state) or 503 (nobody leads, or Mesos is away), and one for a cluster
// that is there with 403 (its password), 404 and 429 (too many wrong ones).

/// <summary>A request about one cluster.</summary>
public abstract record ClusterRequest
{
    public required string Name { get; init; }
    /// <summary>The cluster's password; in a creation, the one that it is to have (21 letters and digits are made when null).</summary>
    public string? Password { get; init; }
    /// <summary>The same request with the same key is done once and gets the same answer.</summary>
    public string? IdempotencyKey { get; init; }
    /// <summary>Who asks; without, a leader refuses.</summary>
    public Actor? By { get; init; }
    /// <summary>Only if this is still the cluster's <see cref="ClusterView.Version"/>; 412 otherwise.</summary>
    public string? IfVersion { get; init; }
}

public abstract record ClusterRequest<TAnswer> : ClusterRequest;

public sealed record CreateRequest : ClusterRequest<CreateAnswer>
{
    public required string User { get; init; }
    public int NumNodes { get; init; } = 1;
    public ClusterSize Size { get; init; } = ClusterSize.Default;
    public string? BackupId { get; init; }
    /// <summary>Null: as the scheduler's flag says. So is <see cref="ElectionTimeout"/>.</summary>
    public ElectionPolicy? ElectionPolicy { get; init; }
    public TimeSpan? ElectionTimeout { get; init; }
    /// <summary>How many slaves are to acknowledge each write; null: as the scheduler's flag says.</summary>
    public int? SyncReplicas { get; init; }
}

public sealed record CreateAnswer(string ClusterPassword, string ClusterUrl);

public sealed record DeleteRequest : ClusterRequest<DeleteAnswer>;

public sealed record DeleteAnswer(string ClusterUrl);

public sealed record ResizeRequest : ClusterRequest<ResizeAnswer>
{
    public required int NumNodes { get; init; }
}

public sealed record ResizeAnswer(string ClusterUrl, int NumNodes);

/// <summary>409: no node serves, or a backup is running.</summary>
public sealed record BackupRequest : ClusterRequest<BackupAnswer>;

public sealed record BackupAnswer(string BackupId);

/// <summary>Makes a slave the master, without losing a write. 409: there is no slave that could be.</summary>
public sealed record SwitchoverRequest : ClusterRequest<SwitchoverAnswer>
{
    /// <summary>The <c>server_id</c> of the slave; null: the one that is best prepared.</summary>
    public int? To { get; init; }
}

/// <param name="From">The <c>server_id</c> of the master so far; null when it has been given up.</param>
/// <param name="To">The <c>server_id</c> of the next one.</param>
public sealed record SwitchoverAnswer(string ClusterUrl, int? From, int To);

/// <summary>Restarts all nodes, one at a time, the master last and after a switchover.</summary>
public sealed record RestartRequest : ClusterRequest<RestartAnswer>;

/// <param name="Nodes">Their <c>server_id</c>s, in the order of their restarts as far as that is known.</param>
public sealed record RestartAnswer(string ClusterUrl, ImmutableArray<int> Nodes);

/// <summary>Gives the owner's account another password, on all nodes and for the API.</summary>
public sealed record PasswordRequest : ClusterRequest<PasswordAnswer>
{
    /// <summary>21 letters and digits are made when null.</summary>
    public string? NewPassword { get; init; }
}

public sealed record PasswordAnswer(string ClusterPassword, string ClusterUrl);

/// <summary>Gives a node up with its data, and makes another one in its place. 404: no such node; 409: it is the master.</summary>
public sealed record ReplaceRequest : ClusterRequest<ReplaceAnswer>
{
    /// <summary>Its <c>server_id</c>.</summary>
    public required int Node { get; init; }
    /// <summary>Also while the node may hold writes that were acknowledged and that no other node is known to have.</summary>
    public bool AcceptDataLoss { get; init; }
}

public sealed record ReplaceAnswer(string ClusterUrl, int Node);

/// <summary>Changes how the cluster's masters are elected, and how many slaves are sure to have what they need.</summary>
public sealed record ElectionRequest : ClusterRequest<ElectionAnswer>
{
    /// <summary>Null: stays what it is. So does <see cref="Timeout"/>.</summary>
    public Setting<ElectionPolicy>? Policy { get; init; }
    public Setting<TimeSpan>? Timeout { get; init; }
    public Setting<int>? SyncReplicas { get; init; }
}

/// <param name="ElectionPolicy"><c>default</c> where the scheduler's flag decides; so are the others.</param>
public sealed record ElectionAnswer(string ClusterUrl, string ElectionPolicy, string ElectionTimeout, string SyncReplicas);

/// <summary>Says whether a node is to be master. 404: no such node; 409: it is being stopped.</summary>
public sealed record PromotionRequest : ClusterRequest<PromotionAnswer>
{
    /// <summary>Its <c>server_id</c>.</summary>
    public required int Node { get; init; }
    public required Promotion Promotion { get; init; }
}

public sealed record PromotionAnswer(string ClusterUrl, int Node, Promotion Promotion);

/// <summary>Says how late a node applies its master's writes. 404: no such node; 409: it is being stopped.</summary>
public sealed record DelayRequest : ClusterRequest<DelayAnswer>
{
    /// <summary>Its <c>server_id</c>.</summary>
    public required int Node { get; init; }
    /// <summary>Whole seconds; none: at once.</summary>
    public required TimeSpan Delay { get; init; }
}

public sealed record DelayAnswer(string ClusterUrl, int Node, int DelaySeconds);

/// <summary>Has nothing begun in the cluster by itself, until it is resumed. See <see cref="Scheduling.Pausing"/>.</summary>
public sealed record PauseRequest : ClusterRequest<PauseAnswer>;

/// <summary>Ends a pause.</summary>
public sealed record ResumeRequest : ClusterRequest<PauseAnswer>;

/// <param name="Paused">What it is now.</param>
public sealed record PauseAnswer(string ClusterUrl, bool Paused);

/// <summary>Something that a cluster can have of its own.</summary>
/// <param name="Own">Null: as the scheduler's flag says.</param>
public readonly record struct Setting<T>(T? Own)
    where T : struct;

/// <param name="Steps">What would be done, a sentence each.</param>
public sealed record DryRunAnswer(bool DryRun, ImmutableArray<string> Steps);
