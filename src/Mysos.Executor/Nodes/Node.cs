using System.Data.Common;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Executor.Backups;
using Mysos.Executor.Copies;
using Mysos.Executor.Data;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Nodes;

/// <summary>
/// One MySQL instance: its data, its mysqld through all its starts, and its role. Runs until it is stopped or cannot go on.
/// </summary>
internal sealed class Node
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);
    /// <summary>How long a former master waits to be told whom it follows, before it starts as if nobody had replaced it.</summary>
    private static readonly TimeSpan SuccessorPatience = TimeSpan.FromSeconds(1);
    /// <summary>A server that starts keeps a machine busy, and the successor needs so long to take over; they may share it.</summary>
    private static readonly TimeSpan Succession = TimeSpan.FromMilliseconds(100);

    private readonly NodeTask _task;
    private readonly IMachine _machine;
    private readonly Task<ServerProgram> _program;
    private readonly Action _running;
    private readonly TimeProvider _time;
    private readonly Log _log;
    private readonly TaskCompletionSource<Accounts> _accounts;
    private readonly Restarts _restarts = new();
    private readonly long _launched;
    private volatile Accounts? _newest;
    private bool _hasRun;

    /// <param name="send">Takes each report; it must not wait.</param>
    /// <param name="running">Called once, when mysqld answers for the first time.</param>
    /// <param name="waiters">As in <see cref="Nodes.Orders"/>.</param>
    public Node(
        string taskId, NodeTask task, Task<ServerProgram> program, Func<NodeStatus, IMachine> machine,
        Action<Report> send, Action running, TimeProvider time, Log log,
        TaskCreationOptions waiters = TaskCreationOptions.RunContinuationsAsynchronously)
    {
        (_task, _program, _running, _time, _log) = (task, program, running, time, log);
        _launched = time.GetTimestamp();
        Status = new NodeStatus(taskId, send);
        _machine = machine(Status);
        _accounts = new(waiters);
        Orders = new Orders(taskId, time, waiters);
    }

    public NodeStatus Status { get; }

    public Orders Orders { get; }

    private string SinceLaunch => $"{_time.GetElapsedTime(_launched).TotalMilliseconds:F0} ms";

    /// <summary>It has no accounts, or older ones than the newest directive speaks of.</summary>
    public bool WantsAccounts => _newest is not { } accounts || Orders.Current?.AccountsVersion > accounts.Version;

    /// <summary>Older ones than it has change nothing.</summary>
    public void Give(Accounts accounts)
    {
        if (_newest is { } there && there.Version >= accounts.Version)
            return;
        _newest = accounts;
        _accounts.TrySetResult(accounts);
        Orders.Nudge();
    }

    /// <summary>It is the master, and has slaves that could take over.</summary>
    public bool LeadsOthers => Status.Current.Applied is { Role: DirectedRole.Master, Ackers: > 0 };

    /// <summary>Waits until another node is the master; false when <paramref name="patience"/> is over.</summary>
    public async Task<bool> HandedOverAsync(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience, _time);
        while (LeadsOthers && !deadline.IsCancellationRequested)
        {
            var changed = Orders.Changed;
            if (Orders.Current is { Role: not DirectedRole.Master })
                return true;
            await changed.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return !LeadsOthers;
    }

    /// <summary>
    /// Completes when <paramref name="stop"/> was asked for and mysqld has ended. Until then it is kept running.
    /// </summary>
    /// <param name="killAt">When mysqld, asked to end, is killed.</param>
    /// <exception cref="NodeFailedException">It cannot be made to run.</exception>
    public async Task RunAsync(CancellationToken stop, CancellationToken killAt)
    {
        try
        {
            while (true)
                await RunDataAsync(stop, killAt).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped, as asked.
        }
        catch (Exception e) when (e is IOException or InvalidDataException or NotSupportedException or UnauthorizedAccessException
            or ArgumentException or FormatException)
        {
            throw Fail(e.Message, e);
        }
        finally
        {
            _machine.Dispose();
        }
    }

    /// <summary>From data that are prepared to data that are to be made anew.</summary>
    private async Task RunDataAsync(CancellationToken stop, CancellationToken killAt)
    {
        var program = await _program.WaitAsync(stop).ConfigureAwait(false);
        var rebuild = Math.Max(_task.Rebuild, Orders.Current is { Role: not DirectedRole.Master } directive ? directive.Rebuild : 0);
        Status.Set(f => f with { Phase = NodePhase.Preparing, Reason = null, Server = program.Label, Rebuild = rebuild, DataMade = null, Diverged = false, DataGone = false, Volume = null });
        var kept = await _machine.PrepareAsync(program, rebuild, Orders.Current?.Donor is not null, stop).ConfigureAwait(false);
        var finishing = kept || rebuild > 0 ? Task.CompletedTask : _machine.FinishAsync(stop);
        await _accounts.Task.WaitAsync(stop).ConfigureAwait(false);
        if (!kept && rebuild > 0)
        {
            await new DonorCopy(_machine, Orders, Status, _time, _log).TakeAsync(program, () => _newest!, stop).ConfigureAwait(false);
            finishing = _machine.FinishAsync(stop);
        }
        Status.Note(f => f with { Rebuild = _machine.Marker!.Rebuild, DataMade = _machine.Marker.Made });
        _log.Write($"Data and accounts are there, {SinceLaunch} after the launch.");
        var masterless = kept;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var start = masterless && !_machine.Follows && await IsToFollowAsync(stop).ConfigureAwait(false) ? program.Flavor.StartAsSlave : null;
            var end = await RunServerAsync(program, _newest!, start, finishing, kept, stop, killAt).ConfigureAwait(false);
            // Only a master that waited for acknowledgements can hold writes that nobody was told of.
            masterless = Status.Current.Applied is { Role: DirectedRole.Master, Ackers: > 0 } || _machine.Marker?.Renumber == true;
            if (Orders.Current is { Role: DirectedRole.Master })
                Orders.Forget();
            Status.Note(f => f with { Applied = null });
            if (end == ServerEnd.Rebuild || !_machine.DataAreThere)
                return;
            if (_restarts.AfterEnd(_time.GetUtcNow()) is not { } wait)
                throw Fail($"mysqld ended again and again: {Status.Current.Reason}");
            await _time.PauseAsync(wait, stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Whether another master is named by now. Then what this server wrote without an acknowledgement can be cut off while
    /// it recovers, and it can follow; once it has recovered, it would have to be rebuilt.
    /// </summary>
    private async Task<bool> IsToFollowAsync(CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(SuccessorPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        while (!either.IsCancellationRequested)
        {
            var changed = Orders.Changed;
            if (Orders.Current is { Role: DirectedRole.Slave or DirectedRole.Master })
                break;
            await changed.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        stop.ThrowIfCancellationRequested();
        // Who is counted on must not cut off what it is counted on to have: what its engine had not written yet was acknowledged.
        if (Orders.Current is not { Role: DirectedRole.Slave, CountedOn: false })
            return false;
        await _time.PauseAsync(Succession, stop).ConfigureAwait(false);
        return Orders.Current is { Role: DirectedRole.Slave, CountedOn: false };
    }

    private enum ServerEnd
    {
        Exited,
        Rebuild,
    }

    private async Task<ServerEnd> RunServerAsync(
        ServerProgram program, Accounts accounts, SlaveStart? start, Task finishing, bool kept,
        CancellationToken stop, CancellationToken killAt)
    {
        if (start is not null)
            _machine.CutsOff();
        using var server = await _machine.StartAsync(program, accounts, start?.Options ?? []).ConfigureAwait(false);
        try
        {
            Status.Set(f => f with { Phase = NodePhase.Starting, Reason = null, Observed = null, Silent = null, SilentFor = null, UnfollowedFor = null, MasterSilentFor = null, CutOff = false });
            var connection = await server.ReadyAsync(accounts.Admin, stop).ConfigureAwait(false);
            _machine.DeleteInitFile();
            await finishing.ConfigureAwait(false);
            if (connection is not null && await IsPreparedAsync(program, connection, stop).ConfigureAwait(false))
            {
                _log.Write($"mysqld answers, {SinceLaunch} after the launch.");
                if (!_hasRun)
                    _running();
                _hasRun = true;
                Status.Note(f => f with { Phase = NodePhase.Running, Reason = null });
                await using var serving = new Service(
                    program, _machine, () => _newest!, _machine.Marker!, connection, Status, Orders, server, _time, _log);
                if (await serving.RunAsync(server.Exited, stop).ConfigureAwait(false) == ServiceEnd.Rebuild)
                {
                    await server.StopAsync(StopGrace).ConfigureAwait(false);
                    Status.Note(f => f with { Applied = null, Observed = null });
                    return ServerEnd.Rebuild;
                }
            }
            else if (connection is not null)
            {
                server.Kill();
            }
            var code = await server.Exited.ConfigureAwait(false);
            var why = server.LastWords(code);
            _log.Write(why);
            if (!_hasRun)
                throw Fail(_machine.Marker!.BackupId is null || kept ? why : BackupRestorer.Failed(why).Message);
            Status.Set(f => f with { Phase = NodePhase.Stopped, Reason = why, Observed = f.Observed is { } o ? o with { ReadOnly = true, Writable = false } : null });
            return ServerEnd.Exited;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            var stopping = server.StopAsync(Timeout.InfiniteTimeSpan);
            await using var kill = killAt.Register(server.Kill);
            await stopping.ConfigureAwait(false);
            throw;
        }
        finally
        {
            _machine.DeleteInitFile();
        }
    }

    /// <summary>What is to be done before anything else; false when mysqld ended meanwhile, and is killed should it not have.</summary>
    private async Task<bool> IsPreparedAsync(ServerProgram program, ServerConnection connection, CancellationToken stop)
    {
        try
        {
            await TakeCopyOverAsync(program, connection, stop).ConfigureAwait(false);
            if (_machine.Marker!.Renumber && program.Flavor.StartAsSlave is { } former)
                await RenumberAsync(former, connection, stop).ConfigureAwait(false);
            return true;
        }
        catch (DbException e)
        {
            _log.Write($"mysqld did not take what comes before all else: {e.Message}");
            return false;
        }
    }

    /// <summary>Restored and copied data become this server's own; nobody can write before, so doing it again does no harm.</summary>
    private async Task TakeCopyOverAsync(ServerProgram program, ServerConnection connection, CancellationToken stop)
    {
        if (_machine.Marker is not { Copied: true, Position: var position })
            return;
        await connection.ExecuteAsync(program.Flavor.TakeCopyOver(position), stop).ConfigureAwait(false);
        _machine.CopyTakenOver();
    }

    /// <summary>The server goes first: started with a number that it never wrote under, it would not know where it stands.</summary>
    private async Task RenumberAsync(SlaveStart start, ServerConnection connection, CancellationToken stop)
    {
        var serverId = NodeMarker.NewServerId(_task.ServerId, _time.GetUtcNow(), _machine.Marker!.ServerId);
        await connection.ExecuteAsync(start.Renumber(serverId), stop).ConfigureAwait(false);
        _machine.Renumbered(serverId);
    }

    private NodeFailedException Fail(string why, Exception? cause = null)
    {
        Status.Set(f => f with { Phase = NodePhase.Failed, Reason = why, Applied = null });
        return new NodeFailedException(why, cause);
    }
}

/// <summary>A node that cannot be made to run here; the message is what its task ends with.</summary>
internal sealed class NodeFailedException(string message, Exception? cause) : Exception(message, cause);
