using System.Data.Common;
using Mysos.Core.Protocol;
using Mysos.Executor.Replication;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Nodes;

/// <summary>
/// Asks mysqld for its state each second, on a connection of its own, and says so when it does not answer: a process that
/// lives is not yet a server.
/// </summary>
internal sealed class Probe(ServerProgram program, string socket, Account admin, NodeStatus status, Orders orders, TimeProvider time, Log log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken cancellation)
    {
        ServerConnection? connection = null;
        var misses = 0;
        try
        {
            while (true)
            {
                // After a miss at once, on a new connection: the old one may have been the trouble.
                if (misses != 1)
                    await Task.Delay(Interval, time, cancellation).ConfigureAwait(false);
                using var deadline = new CancellationTokenSource(Patience, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
                try
                {
                    connection ??= await ServerConnection.OpenAsync(socket, admin, Patience, either.Token).ConfigureAwait(false);
                    var state = await connection.QueryAsync(program.Flavor.ObserveSql, program.Flavor.ReadStateAsync, either.Token)
                        .ConfigureAwait(false);
                    misses = 0;
                    Answered(state);
                }
                catch (Exception e) when (e is DbException or OperationCanceledException or InvalidOperationException)
                {
                    cancellation.ThrowIfCancellationRequested();
                    misses++;
                    if (connection is not null)
                        await connection.DisposeAsync().ConfigureAwait(false);
                    connection = null;
                    if (misses >= 2)
                        Missed(deadline.IsCancellationRequested ? $"no answer within {Patience.TotalMilliseconds:F0} ms" : e.Message);
                }
            }
        }
        finally
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Answered(ServerState state)
    {
        if (status.Current.Silent is not null)
            log.Write("mysqld answers again.");
        status.Set(f => f with { Observed = state, Silent = null });
        // Something else than what was ordered: somebody, or the server itself, changed it.
        if (orders.Current is { } directive && !Plan.For(directive, state, ownerReady: true, followersReady: true).Holds)
            orders.Nudge();
    }

    private void Missed(string why)
    {
        if (status.Current.Silent is null)
            log.Write($"mysqld does not answer: {why}.");
        status.Set(f => f with { Silent = $"mysqld does not answer: {why}" });
    }
}
