using System.Net;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Executor.Backups;
using Mysos.Executor.Copies;
using Mysos.Executor.Data;
using Mysos.Executor.Nodes;

namespace Mysos.Executor.Servers;

/// <summary>Files and processes of the machine that this executor runs on.</summary>
internal sealed class Machine : IMachine
{
    private const string ProbeFile = ".mysos-probe";
    /// <summary>By which mysqld extends its files.</summary>
    private const long LeastFree = 4 << 20;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    private readonly DataDirectory _data;
    private readonly NodeStatus _status;
    private CopyGiver? _giver;
    private readonly TimeProvider _time;
    private readonly Log _log;

    public Machine(NodeTask task, ExecutorEnvironment environment, Templates templates, NodeStatus status, TimeProvider time, Log log)
    {
        (_status, _time, _log) = (status, time, log);
        Instance = new Instance(environment.Sandbox, task, environment.BindAddress ?? "0.0.0.0");
        _data = new DataDirectory(Instance.Paths.DataDirectory, task, templates, status, time, log);
    }

    public Instance Instance { get; }

    public Endpoint Local => Instance.LocalEndpoint;

    public NodeMarker? Marker => _data.Marker;

    // MariaDB deletes it when it is told to follow nobody any more; on MySQL nobody asks.
    public bool Follows => File.Exists(Path.Combine(Instance.Paths.DataDirectory, "master.info"));

    public bool DataAreThere => _data.IsThere;

    public Task<string?> TryVolumeAsync() => Task.Run(() =>
    {
        try
        {
            var directory = Path.GetDirectoryName(_data.Path)!;
            using (var file = new FileStream(Path.Combine(directory, ProbeFile), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(new byte[4096]);
                file.Flush(flushToDisk: true);
            }
            var free = new DriveInfo(directory).AvailableFreeSpace;
            return free < LeastFree ? $"it is full: {free >> 10} KiB are left" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    });

    public Task<long> MeasureDataAsync() => Task.Run(() => BackupTaker.SizeOf(Instance.Paths.DataDirectory));

    public Task<bool> PrepareAsync(ServerProgram program, int rebuild, bool copied, CancellationToken cancellation) =>
        _data.PrepareAsync(program, rebuild, copied, cancellation);

    public async Task CopyAsync(ServerProgram program, Accounts accounts, Donor donor, CancellationToken cancellation)
    {
        var target = _data.NewCopy();
        var follower = accounts.Follower(Instance.Task.Node);
        using var copied = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var progress = TellProgressAsync(donor, target, copied.Token);
        string? gtids = null;
        try
        {
            if (program.Flavor.StreamsCopies)
            {
                gtids = await CopyTaker.FromStreamAsync(donor, Instance.Task.Node, follower.Password, target, _time, cancellation).ConfigureAwait(false);
            }
            else
            {
                using var helper = await StartAsync(program, accounts, []).ConfigureAwait(false);
                await CopyTaker.FromCloneAsync(donor, follower, target, helper, accounts.Admin, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            await copied.CancelAsync().ConfigureAwait(false);
            await progress.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            DeleteInitFile();
        }
        _log.Write($"Copied {BackupTaker.SizeOf(target)} bytes from node {donor.Node}, GTIDs {gtids ?? "in the data"}.");
        _data.TakeCopy(gtids);
    }

    private async Task TellProgressAsync(Donor donor, string target, CancellationToken cancellation)
    {
        while (true)
        {
            _status.Set(f => f with { Reason = $"copying the data of node {donor.Node}: {BackupTaker.SizeOf(target) >> 20} MB" });
            await _time.PauseAsync(ProgressInterval, cancellation).ConfigureAwait(false);
        }
    }

    public CopyOffer? Give(ServerProgram program, Accounts accounts, CopyGrant? grant)
    {
        if (_giver is not null && _giver.Grant != grant)
        {
            _giver.Dispose();
            _giver = null;
        }
        if (grant is null || !program.Flavor.StreamsCopies)
            return null;
        _giver ??= new CopyGiver(IPAddress.Parse(Instance.BindAddress), grant,
            new CopyOrder(Path.Combine(Instance.Paths.Temporary, "copy"), Instance.Paths, accounts.Admin), accounts.Replication.Password, _time, _log);
        return new CopyOffer(grant.Node, _giver.Port);
    }

    public Task FinishAsync(CancellationToken cancellation) => Task.Run(_data.Finish, cancellation);

    public void CutsOff() => _data.CutsOff();

    public void Renumbered(uint serverId) => _data.Renumbered(serverId);

    public void CopyTakenOver() => _data.CopyTakenOver();

    public void KeepFrom(string binaryLog) => _data.KeepFrom(binaryLog);

    public async Task<IServerProcess> StartAsync(ServerProgram program, Accounts accounts, IReadOnlyList<string> options)
    {
        Instance.WriteFiles(program, accounts, _data.Marker!.ServerId);
        return await RunningServer.StartAsync(program, Instance, options, _time, _log).ConfigureAwait(false);
    }

    public void DeleteInitFile() => Instance.DeleteInitFile();

    public Task<ServerConnection> OpenAsync(Account account, TimeSpan timeout, CancellationToken cancellation) =>
        ServerConnection.OpenAsync(Instance.Paths.Socket, account, timeout, cancellation);

    public Task<ServerConnection> OpenAsync(Endpoint endpoint, Account account, TimeSpan timeout, CancellationToken cancellation) =>
        ServerConnection.OpenAsync(endpoint, account, timeout, cancellation);

    public void Dispose()
    {
        _giver?.Dispose();
        Instance.Dispose();
    }
}
