using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>
/// After a start: applies what an earlier life of this server received and did not apply. It may be the only copy of an
/// acknowledged write, and MariaDB throws it away when following begins.
/// </summary>
internal sealed class Recovery(IFlavor flavor, ServerConnection connection, TimeProvider time, Log log)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);
    private const int MostSkipped = 10_000;

    /// <returns>False: it is not time for it yet, since what is delayed would be applied early by it.</returns>
    public async Task<bool> RunAsync(Directive? directive, CancellationToken cancellation)
    {
        var state = await ObserveAsync(cancellation).ConfigureAwait(false);
        if (state.Replica is null || state.AllApplied)
            return true;
        if (GoesOnLate(state.Replica))
            return true;
        if (!IsDue(directive, state.Replica))
            return false;
        // What MariaDB has noted may be an earlier place, where it would apply again what it has.
        var from = state.Replica is { KeepsRelayLog: false, Relay: { } noted }
            ? state.Replica with { Relay = await RelayLog.UnappliedAsync(connection, noted, state.Executed, cancellation).ConfigureAwait(false) }
            : state.Replica;
        await connection.ExecuteAsync(flavor.StartApplying(from), cancellation).ConfigureAwait(false);
        for (var skipped = 0; !cancellation.IsCancellationRequested;)
        {
            state = await ObserveAsync(cancellation).ConfigureAwait(false);
            if (state.AllApplied || state.Replica is not { } replica)
                return true;
            if (!replica.Applying && replica.ApplyError != 0)
            {
                // 1950: this one was applied before.
                if (flavor.SkipApplied is not { } skip || replica.ApplyError != Divergence.OutOfOrder || ++skipped > MostSkipped)
                {
                    log.Write($"The relay log could not be applied to its end: {replica.ApplyError} {replica.ApplyErrorText}");
                    return true;
                }
                await connection.ExecuteAsync(skip, cancellation).ConfigureAwait(false);
            }
            await time.PauseAsync(Soon, cancellation).ConfigureAwait(false);
        }
        return false;
    }

    /// <summary>What it received stays where it is, and is known; or it follows already.</summary>
    private static bool GoesOnLate(ReplicaState replica) =>
        replica.DelaySeconds > 0 && (replica.KeepsRelayLog || replica.Applying || replica.Receiver != ReceiverState.Stopped);

    /// <summary>A delayed slave asks its master again for what it received. But what it may be counted on to have, it must have.</summary>
    public static bool IsDue(Directive? directive, ReplicaState replica) => replica.DelaySeconds == 0
        || directive is { Role: DirectedRole.Candidate or DirectedRole.Master } or { Role: DirectedRole.Slave, Ackers: > 0 } or { Role: DirectedRole.Slave, CountedOn: true };

    private Task<ServerState> ObserveAsync(CancellationToken cancellation) =>
        connection.QueryAsync(flavor.ObserveSql, flavor.ReadStateAsync, cancellation);
}
