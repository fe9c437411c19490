using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;

namespace Mysos.Core.Scheduling;

/// <summary>
/// Carries effects out: calls to Mesos, ServerSets in ZooKeeper. A call that fails is not repeated here: the loop sees
/// that what it wanted did not come about, and decides again.
/// </summary>
public sealed class EffectPerformer(
    MesosSession mesos, IServerSets serverSets, IVault vault, Action<Effect, Exception> failed, CancellationToken cancellation)
    : IEffectPerformer
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task> _publications = new(StringComparer.Ordinal);

    public void Perform(Effect effect, Action<LoopEvent> report)
    {
        switch (effect)
        {
            case PublishServerSet publish:
                InOrder(publish.Cluster, publish, async () =>
                {
                    await serverSets.PublishAsync(publish.Cluster, publish.Set, cancellation).ConfigureAwait(false);
                    report(new ServerSetPublished(publish.Cluster, publish.Incarnation, publish.Set));
                });
                break;
            case RemoveServerSet remove:
                InOrder(remove.Cluster, remove, async () =>
                {
                    await serverSets.RemoveAsync(remove.Cluster, cancellation).ConfigureAwait(false);
                    report(new ServerSetRemoved(remove.Cluster, remove.Incarnation));
                });
                break;
            // Sealing takes longer than a decision, and its order among the messages does not matter: not on the loop's thread.
            case SendAccounts:
                _ = Task.Run(() => GuardAsync(effect, () => mesos.SendAsync(CallOf(effect), cancellation)), CancellationToken.None);
                break;
            default:
                _ = GuardAsync(effect, () => mesos.SendAsync(CallOf(effect), cancellation));
                break;
        }
    }

    private SchedulerCall CallOf(Effect effect) => effect switch
    {
        AcceptOffer accept => new()
        {
            Type = "ACCEPT", Accept = new SchedulerCall.AcceptCall([accept.Offer], accept.Operations, new Filters(accept.RefuseSeconds)),
        },
        DeclineOffers decline => new()
        {
            Type = "DECLINE", Decline = new SchedulerCall.DeclineCall(decline.Offers, new Filters(decline.RefuseSeconds)),
        },
        AcceptInverseOffers accept => new()
        {
            Type = "ACCEPT_INVERSE_OFFERS",
            AcceptInverseOffers = new SchedulerCall.InverseOffersCall(accept.InverseOffers, new Filters(accept.RefuseSeconds)),
        },
        DeclineInverseOffers decline => new()
        {
            Type = "DECLINE_INVERSE_OFFERS",
            DeclineInverseOffers = new SchedulerCall.InverseOffersCall(decline.InverseOffers, new Filters(decline.RefuseSeconds)),
        },
        ReviveOffers => new() { Type = "REVIVE" },
        SuppressOffers => new() { Type = "SUPPRESS" },
        AcknowledgeUpdate acknowledge => new()
        {
            Type = "ACKNOWLEDGE",
            Acknowledge = new SchedulerCall.AcknowledgeCall(acknowledge.Agent, acknowledge.Task, acknowledge.Uuid),
        },
        AcknowledgeOperation acknowledge => new()
        {
            Type = "ACKNOWLEDGE_OPERATION_STATUS",
            AcknowledgeOperationStatus =
                new SchedulerCall.AcknowledgeOperationCall(acknowledge.Agent, acknowledge.Uuid, acknowledge.Operation),
        },
        KillTask kill => new() { Type = "KILL", Kill = new SchedulerCall.KillCall(kill.Task, kill.Agent, KillPolicies.OfScheduler) },
        ReconcileTasks reconcile => new() { Type = "RECONCILE", Reconcile = new SchedulerCall.ReconcileCall(reconcile.Tasks) },
        ReconcileOperations reconcile => new()
        {
            Type = "RECONCILE_OPERATIONS", ReconcileOperations = new SchedulerCall.ReconcileOperationsCall(reconcile.Operations),
        },
        SendDirective send => Message(send.Agent, send.Executor, new SchedulerMessage { Directive = send.Directive }),
        SendAccounts send => Message(send.Agent, send.Executor,
            new SchedulerMessage { Accounts = vault.AccountsFor(send.Cluster, send.Hello) }),
        _ => throw new ArgumentOutOfRangeException(nameof(effect), effect, "Nothing is written to perform this effect."),
    };

    private static SchedulerCall Message(AgentId agent, ExecutorId executor, SchedulerMessage message) => new()
    {
        Type = "MESSAGE",
        Message = new SchedulerCall.MessageCall(
            agent, executor, JsonSerializer.SerializeToUtf8Bytes(message, ProtocolJson.Default.SchedulerMessage)),
    };

    /// <summary>What is published for one cluster goes out one after the other.</summary>
    private void InOrder(string cluster, Effect effect, Func<Task> publish)
    {
        lock (_gate)
        {
            var before = _publications.GetValueOrDefault(cluster, Task.CompletedTask);
            var mine = before.IsCompleted ? GuardAsync(effect, publish) : After(before);
            _publications[cluster] = mine;
            if (mine.IsCompleted)
                _publications.Remove(cluster);
        }

        async Task After(Task before)
        {
            await before.ConfigureAwait(false);
            await GuardAsync(effect, publish).ConfigureAwait(false);
        }
    }

    private async Task GuardAsync(Effect effect, Func<Task> perform)
    {
        try
        {
            await perform().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopping: the next leader performs it.
        }
        catch (Exception e)
        {
            failed(effect, e);
        }
    }
}

/// <summary>Keeps the cluster's secrets; only it sees them in clear.</summary>
public interface IVault
{
    SealedAccounts AccountsFor(Cluster cluster, Hello hello);
}
