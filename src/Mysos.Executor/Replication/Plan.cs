using System.Collections.Immutable;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>Something to be done to a mysqld.</summary>
internal abstract record Step
{
    /// <summary>Ends the connections of clients.</summary>
    public sealed record CutClients : Step;
    public sealed record SetReadOnly(bool On) : Step;
    /// <summary>Read-only as soon as what runs has ended, or after a moment without that; then ends the connections of clients.</summary>
    public sealed record Yield : Step;
    /// <summary>As a master, it waits for so many.</summary>
    public sealed record Await(int Ackers) : Step;
    public sealed record SetSemiSyncReplica(bool On) : Step;
    public sealed record StopReceiving : Step;
    public sealed record StartReplication : Step;
    /// <summary>Applies what was received, without receiving.</summary>
    public sealed record StartApplying : Step;
    public sealed record StopApplying : Step;
    public sealed record AwaitApplied : Step;
    /// <summary>Waits until these GTIDs, which the master has, have come and are applied.</summary>
    public sealed record AwaitCaughtUp(string Gtids) : Step;
    /// <summary>Waits until these GTIDs, which the master has, have come.</summary>
    public sealed record AwaitReceived(string Gtids) : Step;
    /// <summary>Forgets the source.</summary>
    public sealed record Detach : Step;
    /// <summary>Follows another source, once it is sure to have everything that this server has.</summary>
    public sealed record Attach(Endpoint Source, int DelaySeconds = 0) : Step;
    /// <summary>What is received is applied so late from now on; nothing received is thrown away.</summary>
    public sealed record SetDelay(int Seconds) : Step;
    /// <summary>Each follower has its account; who is barred is locked out and cut off.</summary>
    public sealed record EnsureFollowers : Step;
    /// <summary>The owner's account has its password and rights; a restored one's former owner is gone.</summary>
    public sealed record EnsureOwner : Step;
}

/// <summary>
/// What brings a server from its state to what a directive wants: a pure function, asked again after each time its steps
/// were carried out, until there are none.
/// </summary>
/// <param name="Steps">In this order. Where a step's outcome matters for what follows, it is the last.</param>
internal sealed record Plan(ImmutableArray<Step> Steps)
{
    /// <summary>The directive holds.</summary>
    public bool Holds => Steps.IsEmpty;

    /// <param name="ownerReady">The owner's account is known to be in order.</param>
    /// <param name="followersReady">The followers' accounts are known to be as the directive wants them.</param>
    public static Plan For(Directive directive, ServerState server, bool ownerReady, bool followersReady) => new(directive switch
    {
        { Role: DirectedRole.Master, Yield: true } => server.ReadOnly ? [] : [new Step.Yield()],
        { Role: DirectedRole.Master } => Master(server, directive.Ackers, ownerReady, followersReady),
        { Role: DirectedRole.Slave, Source: { } source } => Slave(server, source, directive),
        _ => [.. Fence(server), .. Receives(server) ? [new Step.StopReceiving()] : Array.Empty<Step>()],
    });

    /// <summary>
    /// Applies all, then takes writes. Whoever may write can do so only when everything else is in place, so that is last.
    /// </summary>
    private static ImmutableArray<Step> Master(ServerState server, int ackers, bool ownerReady, bool followersReady)
    {
        if (Receives(server))
            return [new Step.StopReceiving()];
        if (!server.AllApplied)
            return [.. ApplyAll(server.Replica!)];
        var steps = ImmutableArray.CreateBuilder<Step>();
        if (server.Replica is not null)
            steps.Add(new Step.Detach());
        if (server.SemiSyncReplica)
            steps.Add(new Step.SetSemiSyncReplica(false));
        // Nobody may be there who could acknowledge: what follows need not wait for it.
        if (server.AckersAwaited > 0 && ackers == 0)
            steps.Add(new Step.Await(0));
        // Before the master waits for acknowledgements: nobody follows it yet who could give one.
        if (!followersReady)
            steps.Add(new Step.EnsureFollowers());
        if (!ownerReady)
            steps.Add(new Step.EnsureOwner());
        if (ackers > 0 && server.AckersAwaited != ackers)
            steps.Add(new Step.Await(ackers));
        if (!server.Writable)
            steps.Add(new Step.SetReadOnly(false));
        return steps.ToImmutable();
    }

    private static ImmutableArray<Step> Slave(ServerState server, Endpoint source, Directive directive)
    {
        var (acknowledges, catchUp, delay) = (directive.Ackers > 0, directive.CatchUp, directive.DelaySeconds);
        var steps = ImmutableArray.CreateBuilder<Step>();
        steps.AddRange(Fence(server));
        var attaches = server.Replica is not { FollowsByGtid: true } following || following.Source != source || LosesRelayLog(server, following, delay);
        // Attaching throws away what was received and not applied, and it may be what this server is counted on to have. Who is delayed and not
        // counted on gets it from its master again, so that it is not applied early.
        if (attaches && server.Replica is { ApplyError: 0 } unapplied && !server.AllApplied && (acknowledges || directive.CountedOn || (delay == 0 && unapplied.Source != source)))
            return [.. steps, .. Receives(server) ? [new Step.StopReceiving()] : ApplyAll(unapplied)];
        if (server.SemiSyncReplica != acknowledges)
            steps.Add(new Step.SetSemiSyncReplica(acknowledges));
        if (attaches)
            return [.. steps, new Step.Attach(source, delay)];
        var replica = server.Replica!;
        if (replica.Receiver == ReceiverState.Stopped || !replica.Applying)
            steps.Add(new Step.StartReplication());
        else if (replica.DelaySeconds != delay)
            steps.Add(new Step.SetDelay(delay));
        else if (catchUp is not null && Lacks(server, catchUp, delay))
            steps.Add(delay > 0 ? new Step.AwaitReceived(catchUp) : new Step.AwaitCaughtUp(catchUp));
        return steps.ToImmutable();
    }

    /// <summary>To follow with this delay, a server that keeps no relay log has to attach again.</summary>
    private static bool LosesRelayLog(ServerState server, ReplicaState replica, int delay) => !replica.KeepsRelayLog
        && (replica.DelaySeconds != delay || (delay > 0 && replica is { Receiver: ReceiverState.Stopped, Applying: false, ApplyError: 0 } && !server.AllApplied));

    /// <summary>Of a delayed server it is enough that it has received them.</summary>
    private static bool Lacks(ServerState server, string gtids, int delay) =>
        !(delay > 0 ? server.Position : GtidPosition.Parse(server.Executed)).Covers(GtidPosition.Parse(gtids));

    /// <summary>At once, whatever the delay; where it stands must be known for that, so it stops first.</summary>
    private static Step[] ApplyAll(ReplicaState replica) => replica switch
    {
        { Applying: true, DelaySeconds: > 0 } => [new Step.StopApplying()],
        { Applying: true } => [new Step.AwaitApplied()],
        _ => [new Step.StartApplying(), new Step.AwaitApplied()],
    };

    /// <summary>
    /// Clients are cut off once no commit is under way: one that waits for an acknowledgement could be told that it is done. For the same
    /// reason semi-synchronous waiting ends last.
    /// </summary>
    private static ImmutableArray<Step> Fence(ServerState server)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        if (!server.ReadOnly)
            steps.AddRange(new Step.SetReadOnly(true), new Step.CutClients());
        if (server.AckersAwaited > 0)
            steps.Add(new Step.Await(0));
        return steps.ToImmutable();
    }

    private static bool Receives(ServerState server) => server.Replica is { Receiver: not ReceiverState.Stopped };
}
