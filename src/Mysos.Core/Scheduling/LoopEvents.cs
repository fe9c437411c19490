using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Mesos;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;
using Mysos.Core.Protocol;

namespace Mysos.Core.Scheduling;

/// <summary>Anything that happens: from Mesos, ZooKeeper, the API, the clock, or an effect that was performed.</summary>
public abstract record LoopEvent;

public sealed record Recovered(SchedulerRecord Record, ImmutableArray<Cluster> Clusters) : LoopEvent;

public sealed record Ticked : LoopEvent;

public sealed record ZooKeeperChanged(ZooKeeperView View) : LoopEvent;

// Mesos

public sealed record MesosSubscribed(FrameworkId FrameworkId, MasterInfo? Master) : LoopEvent;

public sealed record MesosDisconnected(string Reason) : LoopEvent;

public sealed record MesosHeartbeat : LoopEvent;

public sealed record OffersReceived(IReadOnlyList<Offer> Offers) : LoopEvent;

public sealed record TaskUpdated(TaskStatus Status) : LoopEvent;

public sealed record OperationUpdated(OperationStatus Status) : LoopEvent;

public sealed record ExecutorSpoke(AgentId Agent, ExecutorId Executor, ExecutorMessage Message) : LoopEvent;

public sealed record AgentFailed(AgentId Agent) : LoopEvent;

// Results of effects

public sealed record ServerSetPublished(string Cluster, string Incarnation, ServerSet Set) : LoopEvent;

public sealed record ServerSetRemoved(string Cluster, string Incarnation) : LoopEvent;

// The API. Each is answered by one Answer with the same Request.

public abstract record RequestEvent(long Request) : LoopEvent;

public sealed record CreateRequested(long Request, Cluster Cluster) : RequestEvent(Request);

/// <param name="Incarnation">The cluster whose password was checked.</param>
public sealed record DeleteRequested(long Request, string Name, string Incarnation) : RequestEvent(Request);

public sealed record ResizeRequested(long Request, string Name, string Incarnation, int NumNodes) : RequestEvent(Request);

public sealed record BackupRequested(long Request, string Name, string Incarnation, string BackupId) : RequestEvent(Request);
