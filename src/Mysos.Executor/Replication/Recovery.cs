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

    public async Task RunAsync(CancellationToken cancellation)
    {
        var state = await ObserveAsync(cancellation).ConfigureAwait(false);
        if (state.Replica is null || state.AllApplied)
            return;
        var from = state.Replica.Relay is { } noted
            ? state.Replica with { Relay = await RelayLog.UnappliedAsync(connection, noted, state.Executed, cancellation).ConfigureAwait(false) }
            : state.Replica;
        await connection.ExecuteAsync(flavor.StartApplying(from), cancellation).ConfigureAwait(false);
        for (var skipped = 0; !cancellation.IsCancellationRequested;)
        {
            state = await ObserveAsync(cancellation).ConfigureAwait(false);
            if (state.AllApplied || state.Replica is not { } replica)
                return;
            if (!replica.Applying && replica.ApplyError != 0)
            {
                // 1950: this one was applied before.
                if (flavor.SkipApplied is not { } skip || replica.ApplyError != Divergence.OutOfOrder || ++skipped > MostSkipped)
                {
                    log.Write($"The relay log could not be applied to its end: {replica.ApplyError} {replica.ApplyErrorText}");
                    return;
                }
                await connection.ExecuteAsync(skip, cancellation).ConfigureAwait(false);
            }
            await time.PauseAsync(Soon, cancellation).ConfigureAwait(false);
        }
    }

    private Task<ServerState> ObserveAsync(CancellationToken cancellation) =>
        connection.QueryAsync(flavor.ObserveSql, flavor.ReadStateAsync, cancellation);
}
