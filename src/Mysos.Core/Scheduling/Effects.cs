using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;

namespace Mysos.Core.Scheduling;

/// <summary>Something to be done once the state that asked for it is durable. Doing it twice does no harm.</summary>
public abstract record Effect
{
    /// <summary>The clusters whose documents must be durable before it is performed.</summary>
    public ImmutableArray<string> After { get; init; } = [];
}

public sealed record AcceptOffer(OfferId Offer, ImmutableArray<Operation> Operations, double RefuseSeconds) : Effect;

public sealed record DeclineOffers(ImmutableArray<OfferId> Offers, double RefuseSeconds) : Effect;

/// <summary>The machines may go into maintenance.</summary>
public sealed record AcceptInverseOffers(ImmutableArray<OfferId> InverseOffers, double RefuseSeconds) : Effect;

/// <summary>They cannot be spared yet.</summary>
public sealed record DeclineInverseOffers(ImmutableArray<OfferId> InverseOffers, double RefuseSeconds) : Effect;

public sealed record ReviveOffers : Effect;

public sealed record SuppressOffers : Effect;

public sealed record AcknowledgeUpdate(AgentId Agent, TaskId Task, byte[] Uuid) : Effect;

public sealed record AcknowledgeOperation(AgentId? Agent, OperationId Operation, byte[] Uuid) : Effect;

public sealed record KillTask(TaskId Task, AgentId? Agent) : Effect;

/// <param name="Tasks">None: Mesos lists all that it knows.</param>
public sealed record ReconcileTasks(ImmutableArray<SchedulerCall.ReconcileTask> Tasks) : Effect;

public sealed record ReconcileOperations(ImmutableArray<SchedulerCall.ReconcileOperation> Operations) : Effect;

public sealed record SendDirective(AgentId Agent, ExecutorId Executor, Directive Directive) : Effect;

/// <summary>Unseals the cluster's passwords and seals them to the executor that said hello.</summary>
public sealed record SendAccounts(AgentId Agent, ExecutorId Executor, Cluster Cluster, Hello Hello) : Effect;

public sealed record PublishServerSet(string Cluster, string Incarnation, ServerSet Set) : Effect;

public sealed record RemoveServerSet(string Cluster, string Incarnation) : Effect;

/// <summary>Answers a <see cref="RequestEvent"/>.</summary>
public sealed record Answer(long Request, RequestOutcome Outcome) : Effect;

/// <summary>What became of a request.</summary>
public abstract record RequestOutcome
{
    /// <param name="Result">What the answer is made of, as in <see cref="AnsweredRequest.Result"/>.</param>
    /// <param name="Steps">What follows, a sentence each.</param>
    public sealed record Accepted(string Result, ImmutableArray<string> Steps) : RequestOutcome;

    public sealed record Refused(int Status, string? Field, string Detail) : RequestOutcome;
}
