using System.Data.Common;
using System.Globalization;
using MySqlConnector;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>Carries plans out on one mysqld, through a connection of its own.</summary>
internal sealed class Reconciler(
    IFlavor flavor, Accounts known, int node, string? formerUser, ServerConnection connection, ILogins logins, AckReceiver ackReceiver, Action end, TimeProvider time,
    Log log)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Later = TimeSpan.FromMilliseconds(200);
    private const double ApplySliceSeconds = 0.25;

    private readonly Divergence _divergence = new(time);
    private readonly NextSource _next = new(time);
    private readonly Clients _clients = new(flavor, known, connection, logins, ackReceiver, end, time, log);
    private readonly Followers _followers = new(
        flavor, known, formerUser is not null, connection, new ReplicatedChanges(logins, known.Admin, connection, time), end, time, log);
    private readonly Owner _owner = new(
        flavor, known, formerUser, connection, logins, new ReplicatedChanges(logins, known.Admin, connection, time));
    private Accounts _accounts = known;
    private long _attachedAt;
    private (string Found, string? FirstLog)? _errant;
    private CopyGrant? _letIn;

    /// <summary>The owner's account has another password from now on; a master gives it to it.</summary>
    public void Take(Accounts accounts)
    {
        if (accounts.Version <= _accounts.Version)
            return;
        _accounts = accounts;
        _owner.Take(accounts);
    }

    /// <summary>The owner can log in here.</summary>
    public Task<bool> OwnerIsReadyAsync(CancellationToken cancellation) => _owner.IsReadyAsync(cancellation);

    /// <summary>
    /// Looks for accounts that somebody has dropped or changed, which the next pass makes anew, and for what a slave has that its master lacks.
    /// False: there is no account to do so with.
    /// </summary>
    /// <param name="overtaken">As of <see cref="PassAsync"/>.</param>
    public async Task<bool> AuditAsync(Directive directive, Task overtaken, CancellationToken cancellation)
    {
        if (directive is { Role: DirectedRole.Slave, Source: { } source })
            await AuditErrantsAsync(source, overtaken, cancellation).ConfigureAwait(false);
        if (directive is { Role: DirectedRole.Master, Yield: false })
        {
            await _owner.AuditAsync(cancellation).ConfigureAwait(false);
            await _followers.AuditAsync(cancellation).ConfigureAwait(false);
        }
        return (await connection.RowAsync(flavor.AccountSql(_accounts.Admin.User), cancellation).ConfigureAwait(false))?.Flag(0) == true;
    }

    private async Task AuditErrantsAsync(Endpoint source, Task overtaken, CancellationToken cancellation)
    {
        try
        {
            var own = (await connection.RowAsync(flavor.OwnSql, cancellation).ConfigureAwait(false))!;
            var asking = SourceState.AskAsync(flavor, logins, source, _accounts.Follower(node), cancellation);
            if (await Task.WhenAny(asking, overtaken).ConfigureAwait(false) != asking)
                return;
            var master = await asking.ConfigureAwait(false);
            _errant = Errants.Describe(flavor, (own.Text(0)!, own.Text(1) ?? ""), master) is { } errant
                ? (errant, await Errants.FirstLogAsync(connection, master, cancellation).ConfigureAwait(false))
                : null;
        }
        catch (DbException)
        {
            // A master that cannot be asked now is asked again, and watched elsewhere.
        }
    }

    public Task<ServerState> ObserveAsync(CancellationToken cancellation) =>
        connection.QueryAsync(flavor.ObserveSql, flavor.ReadStateAsync, cancellation);

    /// <summary>Looks, plans, and carries out one plan.</summary>
    /// <param name="held">The directive held after the last pass.</param>
    /// <param name="overtaken">Completes when there may be a newer directive: what only waits is left then.</param>
    public async Task<Pass> PassAsync(Directive directive, bool held, Task overtaken, CancellationToken cancellation)
    {
        var state = await ObserveAsync(cancellation).ConfigureAwait(false);
        if (directive.Role == DirectedRole.Master && !state.Writable)
            await _owner.IsReadyAsync(cancellation).ConfigureAwait(false);
        if (held && directive.Paused)
            return await LeaveAsync(directive, state, overtaken, cancellation).ConfigureAwait(false);
        if (directive.Role == DirectedRole.Slave && _divergence.Judge(state) is { } broken && state.Replica?.Source == directive.Source)
            return new Pass(state, false, broken, true, null);
        if (directive.Role == DirectedRole.Slave && _errant is { } errant && state.Replica?.Source == directive.Source)
            return new Pass(state, false, errant.Found, true, null) { ErrantFrom = errant.FirstLog };
        await ContinueAsync(directive, state, cancellation).ConfigureAwait(false);
        if (directive is { Role: DirectedRole.Slave, Grants: { } grant } && !flavor.StreamsCopies && state.ReadOnly && _letIn != grant)
        {
            await _followers.LetInAsync(grant.Node, cancellation).ConfigureAwait(false);
            _letIn = grant;
        }
        var plan = Plan.For(directive, state, _owner.IsInOrder(state), _followers.AreInOrder(directive));
        var repaired = held ? Repairs.Describe(plan, state) : null;
        if (repaired is not null)
            log.Write($"It {repaired}, which is put right.");
        var pass = await CarryOutAsync(plan, directive, state, overtaken, cancellation).ConfigureAwait(false);
        return pass with { Repaired = repaired };
    }

    /// <summary>What somebody changed stays so, but for what makes sure that acknowledged writes are elsewhere.</summary>
    private async Task<Pass> LeaveAsync(Directive directive, ServerState state, Task overtaken, CancellationToken cancellation)
    {
        var all = Plan.For(directive, state, _owner.IsInOrder(state), _followers.AreInOrder(directive));
        var waiting = new Plan([.. all.Steps.Where(ConcernsAcknowledgement)]);
        var left = new Plan([.. all.Steps.Where(step => !ConcernsAcknowledgement(step))]);
        foreach (var step in waiting.Steps)
            await RunAsync(step, directive, state, overtaken, cancellation).ConfigureAwait(false);
        return new Pass(await ObserveAsync(cancellation).ConfigureAwait(false), true,
            Repairs.Describe(left, state) is { } found ? $"it {found}, which is left so while the cluster is paused" : null, false, null)
        {
            Repaired = Repairs.Describe(waiting, state),
        };
    }

    private static bool ConcernsAcknowledgement(Step step) => step is Step.Await or Step.SetSemiSyncReplica;

    private async Task<Pass> CarryOutAsync(Plan plan, Directive directive, ServerState state, Task overtaken, CancellationToken cancellation)
    {
        foreach (var step in plan.Steps)
        {
            // A step may take long, on a server that hangs: what is left of this plan may be wrong by now.
            if (overtaken.IsCompleted)
                return new Pass(await ObserveAsync(cancellation).ConfigureAwait(false), false, null, false, TimeSpan.Zero);
            var stopped = await RunAsync(step, directive, state, overtaken, cancellation).ConfigureAwait(false);
            if (stopped is not null)
                return stopped with { State = await ObserveAsync(cancellation).ConfigureAwait(false) };
        }
        if (plan.Steps.Length > 0)
        {
            state = await ObserveAsync(cancellation).ConfigureAwait(false);
            plan = Plan.For(directive, state, _owner.IsInOrder(state), _followers.AreInOrder(directive));
        }
        if (plan.Holds && await _clients.EaseAsync(directive, state, ObserveAsync, overtaken, cancellation).ConfigureAwait(false))
        {
            state = await ObserveAsync(cancellation).ConfigureAwait(false);
            plan = Plan.For(directive, state, _owner.IsInOrder(state), _followers.AreInOrder(directive));
        }
        if (directive.Role == DirectedRole.Slave && plan.Steps is not [.., Step.AwaitApplied or Step.StopReceiving or Step.StopApplying])
            return await FollowingAsync(state, plan.Holds, cancellation).ConfigureAwait(false);
        return plan.Holds
            ? new Pass(state, true, null, false, _followers.Pending || _owner.Pending || _clients.Stalled ? Later : state.AckersAwaited > 0 ? Clients.LookEvery : null) { Stalled = _clients.Stalled }
            : new Pass(state, false, Unapplied(state), false, state.Replica?.ApplyError is > 0 ? Later : TimeSpan.Zero);
    }

    /// <summary>With what waited for an acknowledgement when the last pass ended.</summary>
    private async Task ContinueAsync(Directive directive, ServerState state, CancellationToken cancellation)
    {
        if (directive is not { Role: DirectedRole.Master, Yield: false } || !state.Writable)
            return;
        // Other followers are the plan's: whom to lock out waits for the account that is being made, and that for an acknowledgement which the plan may end.
        if (_followers.Pending && _followers.AreInOrder(directive))
            await _followers.EnsureAsync(directive, state, cancellation).ConfigureAwait(false);
        if (_owner.Pending)
            await _owner.EnsureAsync(state, cancellation).ConfigureAwait(false);
    }

    private static string Unapplied(ServerState state) => state.Replica switch
    {
        { ApplyErrorText: { Length: > 0 } error } => $"what was received cannot be applied: {error}",
        { Received: var received } => $"applying what was received: executed {state.Executed}, received {received}",
        null => "not done yet",
    };

    private async Task<Pass> FollowingAsync(ServerState state, bool holds, CancellationToken cancellation)
    {
        // It is let in again in a moment, and the receiver itself asks only once a second.
        if (state.Replica is { LockedOut: true })
            await connection.ExecuteAsync($"{flavor.StopReceiving}; {flavor.StartReplication}", cancellation).ConfigureAwait(false);
        var connected = state.Replica is { Follows: true };
        var error = state.Replica is { Follows: false } replica
            ? $"not following {replica.Source} yet: {FirstOf(replica.ReceiveErrorText, replica.ApplyErrorText) ?? "connecting"}"
            : null;
        if (connected && !holds)
            return new Pass(state, false, "getting the last writes of its master", false, TimeSpan.Zero);
        // Just attached, it connects within milliseconds; started again after an error, it may meet the same one.
        TimeSpan? again = connected && !_divergence.OnTrial ? null : time.GetElapsedTime(_attachedAt) < Later ? Soon : Later;
        return new Pass(state, holds, error, false, again);
    }

    private static string? FirstOf(params string?[] texts) => texts.FirstOrDefault(t => !string.IsNullOrEmpty(t));

    /// <summary>Null: go on with the next step.</summary>
    private async Task<Pass?> RunAsync(Step step, Directive directive, ServerState state, Task overtaken, CancellationToken cancellation)
    {
        switch (step)
        {
            case Step.CutClients:
                await _clients.CutAsync(cancellation).ConfigureAwait(false);
                return null;
            case Step.Yield:
                await _clients.YieldAsync(overtaken, cancellation).ConfigureAwait(false);
                return null;
            case Step.AwaitCaughtUp last:
                await connection.RowAsync(flavor.AwaitApplied(last.Gtids, ApplySliceSeconds), cancellation).ConfigureAwait(false);
                return null;
            case Step.SetReadOnly { On: true }:
                log.Write("Read-only.");
                await _clients.StopWritesAsync(cancellation).ConfigureAwait(false);
                return null;
            case Step.SetReadOnly { On: false }:
                log.Write("Taking writes.");
                await connection.ExecuteAsync(flavor.ReadOnly(false), cancellation).ConfigureAwait(false);
                return null;
            case Step.Await { Ackers: var ackers }:
                log.Write(ackers == 0 ? "Commits wait for no acknowledgement." : $"Commits wait for {(ackers == 1 ? "an acknowledgement" : $"{ackers} acknowledgements")}.");
                await ackReceiver.ExecuteAsync(flavor.Await(ackers), cancellation).ConfigureAwait(false);
                return null;
            case Step.SetSemiSyncReplica semiSync:
                var receiving = state.Replica is { Receiver: not ReceiverState.Stopped };
                log.Write($"Acknowledging: {(semiSync.On ? "on" : "off")}.");
                await connection.ExecuteAsync(flavor.SemiSyncReplica(semiSync.On, receiving), cancellation).ConfigureAwait(false);
                if (state.Replica is { Follows: true } && state.Replica.Source == directive.Source)
                    await FollowsAgainAsync(cancellation).ConfigureAwait(false);
                return null;
            case Step.StopReceiving:
                await connection.ExecuteAsync(flavor.StopReceiving, cancellation).ConfigureAwait(false);
                return null;
            case Step.StartReplication:
                return await RestartReplicationAsync(state, cancellation).ConfigureAwait(false);
            case Step.StartApplying:
                await connection.ExecuteAsync(flavor.StartApplying(state.Replica!), cancellation).ConfigureAwait(false);
                return null;
            case Step.StopApplying:
                log.Write("What was received is applied without delay.");
                await connection.ExecuteAsync(flavor.StopApplying, cancellation).ConfigureAwait(false);
                return null;
            case Step.AwaitReceived:
                await time.PauseAsync(Soon, cancellation).ConfigureAwait(false);
                return null;
            case Step.SetDelay delay:
                log.Write($"Applying {DelayText.Of(delay.Seconds)} late.");
                await connection.ExecuteAsync(flavor.SetDelay(delay.Seconds)!, cancellation).ConfigureAwait(false);
                return null;
            case Step.AwaitApplied:
                return await AwaitAppliedAsync(state, cancellation).ConfigureAwait(false);
            case Step.Detach:
                await Applier.EndAsync(flavor, connection, time, cancellation).ConfigureAwait(false);
                await connection.ExecuteAsync(flavor.Detach, cancellation).ConfigureAwait(false);
                return null;
            case Step.Attach attach:
                return directive is { Ackers: 0, CountedOn: false } && state.Replica?.Source is { } former && former != attach.Source
                    && _next.LeftToOthers(attach.Source) is var left && left > TimeSpan.Zero
                    ? new Pass(state, false, $"the master {attach.Source} is left to those who acknowledge first", false, left)
                    : await AttachAsync(attach, state, overtaken, cancellation).ConfigureAwait(false);
            case Step.EnsureFollowers:
                await _followers.EnsureAsync(directive, state, cancellation).ConfigureAwait(false);
                return null;
            case Step.EnsureOwner:
                await _owner.EnsureAsync(state, cancellation).ConfigureAwait(false);
                return null;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, "This step is not known.");
        }
    }

    /// <summary>The receiver was started anew, and is back in a moment: nobody need hear of it.</summary>
    private async Task FollowsAgainAsync(CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        while (time.GetElapsedTime(since) < Later && (await ObserveAsync(cancellation).ConfigureAwait(false)).Replica is { Follows: false })
            await time.PauseAsync(Soon, cancellation).ConfigureAwait(false);
    }

    private async Task<Pass?> RestartReplicationAsync(ServerState state, CancellationToken cancellation)
    {
        // A thread that stopped with an error would stop again at once: not more often than each Later.
        if (!_divergence.MayRestart(state))
            return new Pass(state, false, null, false, Later);
        _attachedAt = time.GetTimestamp();
        await connection.ExecuteAsync(flavor.StartReplication, cancellation).ConfigureAwait(false);
        return null;
    }

    private async Task<Pass?> AwaitAppliedAsync(ServerState state, CancellationToken cancellation)
    {
        if (state.Replica is { Received.Length: > 0 } replica)
            await connection.RowAsync(flavor.AwaitApplied(replica.Received, ApplySliceSeconds), cancellation).ConfigureAwait(false);
        else
            await time.PauseAsync(Soon, cancellation).ConfigureAwait(false);
        return null;
    }

    private async Task<Pass?> AttachAsync(Step.Attach attach, ServerState state, Task overtaken, CancellationToken cancellation)
    {
        var source = attach.Source;
        SourceState at;
        try
        {
            // A frozen master accepts the connection and then says nothing.
            var asking = SourceState.AskAsync(flavor, logins, source, _accounts.Follower(node), cancellation);
            if (await Task.WhenAny(asking, overtaken).ConfigureAwait(false) != asking)
                return new Pass(state, false, $"the master {source} has not answered yet", false, TimeSpan.Zero);
            at = await asking.ConfigureAwait(false);
        }
        catch (DbException e)
        {
            return NotReady(source, state, $"the master {source} does not answer: {e.Message}");
        }
        var covered = GtidPosition.Parse(at.Executed).Covers(state.Position);
        if (!at.Has(state.Executed) || !at.Has(state.Replica?.Received ?? ""))
        {
            // A master that still applies what it received may have it soon; once it takes writes, it has all it will ever have.
            return at.ReadOnly && !covered
                ? NotReady(source, state, $"the master {source} is still applying what it received")
                : new Pass(state, false,
                    $"it has transactions that the master {source} lacks: executed {state.Executed}, received {state.Replica?.Received}, "
                    + $"the master {at.Executed}{(at.BinlogState.Length > 0 ? $" ({at.BinlogState})" : "")}", true, null)
                {
                    ErrantFrom = await Errants.FirstLogAsync(connection, at, cancellation).ConfigureAwait(false),
                };
        }
        _next.Reached();
        log.Write($"Following {source}{(attach.DelaySeconds > 0 ? $", {DelayText.Of(attach.DelaySeconds)} late" : "")}.");
        _divergence.Reset();
        _errant = null;
        _attachedAt = time.GetTimestamp();
        await Applier.EndAsync(flavor, connection, time, cancellation).ConfigureAwait(false);
        await connection.ExecuteAsync(flavor.Attach(source, _accounts.Follower(node), state, attach.DelaySeconds), cancellation).ConfigureAwait(false);
        if (state.Replica is { Follows: true } before && before.Source == source)
            await FollowsAgainAsync(cancellation).ConfigureAwait(false);
        return null;
    }

    private Pass NotReady(Endpoint source, ServerState state, string reason) => new(state, false, reason, false, _next.Again(source));
}
