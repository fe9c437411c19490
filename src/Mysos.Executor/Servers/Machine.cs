using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Executor.Data;
using Mysos.Executor.Nodes;

namespace Mysos.Executor.Servers;

/// <summary>Files and processes of the machine that this executor runs on.</summary>
internal sealed class Machine : IMachine
{
    private const string ProbeFile = ".mysos-probe";
    /// <summary>By which mysqld extends its files.</summary>
    private const long LeastFree = 4 << 20;

    private readonly DataDirectory _data;
    private readonly TimeProvider _time;
    private readonly Log _log;

    public Machine(NodeTask task, ExecutorEnvironment environment, Templates templates, NodeStatus status, TimeProvider time, Log log)
    {
        (_time, _log) = (time, log);
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

    public Task<bool> PrepareAsync(ServerProgram program, int rebuild, CancellationToken cancellation) => _data.PrepareAsync(program, rebuild, cancellation);

    public Task FinishAsync(CancellationToken cancellation) => Task.Run(_data.Finish, cancellation);

    public void CutsOff() => _data.CutsOff();

    public void Renumbered(uint serverId) => _data.Renumbered(serverId);

    public void PositionTaken() => _data.PositionTaken();

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

    public void Dispose() => Instance.Dispose();
}
