using System.Data.Common;
using System.Net.Sockets;
using Mysos.Core.Protocol;
using Mysos.Executor.Backups;
using Mysos.Executor.Data;
using Mysos.Executor.Replication;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Nodes;

internal enum ServiceEnd
{
    Exited,
    Rebuild,
}

/// <summary>What is done with one mysqld from its first answer to its end: probe it, and make directives hold.</summary>
internal sealed class Service(
    ServerProgram program, IMachine machine, Func<Accounts> accounts, NodeMarker marker, ServerConnection connection,
    NodeStatus status, Orders orders, IServerProcess server, TimeProvider time, Log log) : IAsyncDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How often a slave looks whether it has got the owner's account.</summary>
    private static readonly TimeSpan OwnerPoll = TimeSpan.FromMilliseconds(10);

    /// <summary>How often accounts are looked at, which nothing tells of when somebody drops them.</summary>
    private static readonly TimeSpan AuditEvery = TimeSpan.FromSeconds(5);
    /// <summary>Audits after which a master is restarted that lacks the executor's account; slaves that lost it as well are back by then.</summary>
    private const int MostMissing = 2;

    private const string OtherData = "its data were made anew since it was made master, and lack what was written to it";
    private const string OutdatedAccounts = "waiting for the owner's new password";

    private readonly BackupTaker _backups = new(program, machine.Instance, accounts(), status, time, log);
    private bool _ownerArrived;
    /// <summary>It took writes, and has not handed them over.</summary>
    private bool _led;
    private ServerConnection? _connection = connection;
    private Reconciler? _reconciler;
    private long _auditedAt = time.GetTimestamp();
    private int _missing;

    /// <summary>Until mysqld has exited, or its data are to be given up. A stop is an <see cref="OperationCanceledException"/>.</summary>
    public async Task<ServiceEnd> RunAsync(Task exited, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var source = new SourceWatch(machine, accounts, marker.Node, time);
        var probe = new Probe(program, machine, accounts().Admin, source, status, orders, server.Kill, time, log).RunAsync(ending.Token);
        var volume = new VolumeWatch(machine, status, time, log).RunAsync(ending.Token);
        var obeying = ObeyAsync(ending.Token);
        await Task.WhenAny(exited, obeying).ConfigureAwait(false);
        ending.Cancel();
        await Task.WhenAll(probe, volume).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await obeying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _backups.EndedAsync().ConfigureAwait(false);
        Give(null);
        stop.ThrowIfCancellationRequested();
        if (exited.IsCompleted)
            return ServiceEnd.Exited;
        await obeying.ConfigureAwait(false);
        return ServiceEnd.Rebuild;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Returns when the data are to be given up.</summary>
    private async Task ObeyAsync(CancellationToken cancellation)
    {
        var recovered = false;
        while (true)
        {
            var changed = orders.Changed;
            var directive = orders.Current;
            if (directive is { Role: not DirectedRole.Master } && directive.Rebuild > marker.Rebuild)
                return;
            _backups.Consider(directive?.Backup, cancellation);
            Give(directive?.Grants);
            TimeSpan? again;
            try
            {
                _reconciler ??= await ReconcilerAsync(cancellation).ConfigureAwait(false);
                if (!recovered)
                    recovered = await new Recovery(program.Flavor, _connection!, time, log).RunAsync(directive, cancellation).ConfigureAwait(false);
                again = directive is null
                    ? await ObserveAsync(_reconciler, cancellation).ConfigureAwait(false)
                    : await PassAsync(_reconciler, directive, changed, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is DbException or InvalidOperationException)
            {
                cancellation.ThrowIfCancellationRequested();
                if (status.Current.Reason != e.Message)
                    log.Write($"A step failed: {e.Message}");
                status.Set(f => f with { Reason = e.Message });
                await ForgetConnectionAsync().ConfigureAwait(false);
                again = RetryDelay;
            }
            if (again == TimeSpan.Zero)
                continue;
            await changed.WaitAsync(again ?? AuditEvery, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private void Give(CopyGrant? grant)
    {
        CopyOffer? offer = null;
        try
        {
            offer = machine.Give(program, accounts(), grant);
        }
        catch (SocketException e)
        {
            log.Write($"No copy can be given to node {grant?.Node}: {e.Message}");
        }
        if (offer != status.Current.Offers)
            status.Set(f => f with { Offers = offer });
    }

    private async Task<TimeSpan?> ObserveAsync(Reconciler reconciler, CancellationToken cancellation)
    {
        var state = await reconciler.ObserveAsync(cancellation).ConfigureAwait(false);
        status.Set(f => f with { Observed = state, Applied = null, Reason = "waiting for a directive" });
        return null;
    }

    private async Task<TimeSpan?> PassAsync(Reconciler reconciler, Directive directive, Task changed, CancellationToken cancellation)
    {
        var newest = accounts();
        reconciler.Take(newest);
        var outdated = directive.AccountsVersion > newest.Version;
        // It would give the owner an older password when it becomes master.
        if (outdated && directive.Role == DirectedRole.Master && status.Current.Observed is not { Writable: true })
        {
            status.Set(f => f with { Reason = OutdatedAccounts });
            return null;
        }
        if (_led && directive.Role == DirectedRole.Slave && status.Current.Volume is null)
        {
            log.Write("mysqld is killed: another master took its place, and connections from before may be stuck.");
            _led = false;
            server.Kill();
            return null;
        }
        var cutOff = status.Current.CutOff && directive.Role == DirectedRole.Master;
        var otherData = directive is { Role: DirectedRole.Master, DataMade: { } made } && marker.Made != made;
        var held = !cutOff && !otherData && status.Current.Applied?.Version == directive.Version;
        if (held && !directive.Paused && time.GetElapsedTime(_auditedAt) >= AuditEvery)
            await AuditAsync(reconciler, directive, changed, cancellation).ConfigureAwait(false);
        var pass = await reconciler.PassAsync(cutOff || otherData ? directive with { Role = DirectedRole.Standby } : directive, held, changed, cancellation).ConfigureAwait(false);
        if (pass.ErrantFrom is { } errant && machine.Marker?.KeepFrom != errant)
            machine.KeepFrom(errant);
        if (pass.Repaired is { } found)
            Repaired(found);
        if (cutOff)
            pass = pass with { Holds = false, Reason = "cut off: neither a slave that acknowledges nor a scheduler can be heard" };
        if (otherData)
            pass = pass with { Holds = false, Reason = OtherData };
        if (outdated)
            pass = pass with { Holds = false, Reason = OutdatedAccounts };
        if (directive is { Role: DirectedRole.Slave, DelaySeconds: 0 } && pass is { Holds: true, State.Replica.Follows: true } && !_ownerArrived)
        {
            _ownerArrived = await reconciler.OwnerIsReadyAsync(cancellation).ConfigureAwait(false);
            if (!_ownerArrived)
                pass = pass with { Reason = "waiting for the owner's account to arrive from the master", Again = OwnerPoll };
        }
        if (pass.Holds && directive.Role == DirectedRole.Master)
            _led = !directive.Yield;
        var before = status.Current;
        var now = before with
        {
            Observed = pass.State,
            OwnerArrived = _ownerArrived,
            Reason = pass.Reason,
            Diverged = pass.Diverged,
            Stalled = pass.Stalled,
            QuietVersion = pass.State.SemiSyncReplica ? before.QuietVersion : directive.Version,
            Applied = pass.Holds ? directive : before.Applied,
            Epoch = pass.Holds ? directive.Epoch : before.Epoch,
        };
        if (pass.Holds && (before.Applied?.Role, before.Applied?.Source, before.Applied?.Epoch) != (directive.Role, directive.Source, directive.Epoch))
            log.Write($"{directive.Role}{(directive.Source is { } source ? $" of {source}" : "")} holds, epoch {directive.Epoch}.");
        // While something is waited for, passes follow each other quickly: tell what changed, not each of them.
        if (pass.Holds && pass.Again is null || !Same(before, now))
        {
            status.Set(f => f with
            {
                Observed = now.Observed, OwnerArrived = now.OwnerArrived, Reason = now.Reason, Diverged = now.Diverged, Stalled = now.Stalled, QuietVersion = now.QuietVersion,
                Applied = now.Applied, Epoch = now.Epoch,
            });
        }
        return pass.Again;
    }

    private async Task AuditAsync(Reconciler reconciler, Directive directive, Task overtaken, CancellationToken cancellation)
    {
        _auditedAt = time.GetTimestamp();
        _missing = await reconciler.AuditAsync(directive, overtaken, cancellation).ConfigureAwait(false) ? 0 : _missing + 1;
        if (_missing == 0 || (directive.Role == DirectedRole.Master && _missing < MostMissing))
            return;
        log.Write("mysqld is killed: its administration account was dropped, and is made at its start.");
        Repaired("lacked its administration account");
        server.Kill();
    }

    private void Repaired(string found) => status.Set(f => f with { Repair = new Repair(time.GetUtcNow(), found) });

    private static bool Same(NodeStatus.Facts a, NodeStatus.Facts b) =>
        a.Serving == b.Serving && a.Reason == b.Reason && a.Diverged == b.Diverged && a.Stalled == b.Stalled && a.Applied == b.Applied
        && a.QuietVersion == b.QuietVersion && a.Observed?.Writable == b.Observed?.Writable;

    private async Task<Reconciler> ReconcilerAsync(CancellationToken cancellation)
    {
        _connection ??= await machine.OpenAsync(accounts().Admin, LoginTimeout, cancellation).ConfigureAwait(false);
        return new Reconciler(program.Flavor, accounts(), marker.Node, marker.FormerUser, _connection, machine,
            new AckReceiver(program.Flavor, _connection, server, time), server.Kill, time, log);
    }

    private async Task ForgetConnectionAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync().ConfigureAwait(false);
        (_connection, _reconciler) = (null, null);
    }
}
