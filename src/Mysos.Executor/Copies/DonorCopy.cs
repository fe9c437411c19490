using Mysos.Core.Protocol;
using Mysos.Executor.Nodes;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Copies;

/// <summary>The copy that a node begins with when its master's binary logs do not reach back.</summary>
internal sealed class DonorCopy(IMachine machine, Orders orders, NodeStatus status, TimeProvider time, Log log)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Puts a donor's data in the place of the empty ones that were prepared, as long as a donor is named; however often that
    /// takes. Without one, the node begins with its master's first transaction.
    /// </summary>
    /// <param name="accounts">The newest.</param>
    public async Task TakeAsync(ServerProgram program, Func<Accounts> accounts, CancellationToken stop)
    {
        while (true)
        {
            var changed = orders.Changed;
            if (orders.Current?.Donor is not { } donor)
                return;
            if (program.Flavor.StreamsCopies && donor.Port == 0)
            {
                status.Set(f => f with { Phase = NodePhase.Restoring, Reason = $"waiting for node {donor.Node} to give a copy of its data" });
                await changed.WaitAsync(stop).ConfigureAwait(false);
                continue;
            }
            try
            {
                status.Set(f => f with { Phase = NodePhase.Restoring });
                await machine.CopyAsync(program, accounts(), donor, stop).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (CopyTaker.MayPass(e) && !stop.IsCancellationRequested)
            {
                log.Write($"Node {donor.Node} could not be copied: {e.Message}");
                status.Set(f => f with { Reason = $"node {donor.Node} could not be copied, which is tried again: {e.Message}" });
            }
            await time.PauseAsync(BetweenTries, stop).ConfigureAwait(false);
        }
    }
}
