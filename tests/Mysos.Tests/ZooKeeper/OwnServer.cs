using Mysos.Core.Processes;
using Mysos.Core.ZooKeeper;

namespace Mysos.Tests.ZooKeeper;

/// <summary>A ZooKeeper server for one test that stops, kills and starts it again on the same port and data.</summary>
public sealed class OwnServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mysos-zk-own-");
    private ZooKeeperServer _server = null!;

    public ZooKeeperUrl Url => ZooKeeperUrl.Parse($"zk://{_server.ConnectString}/mysos");

    public static async Task<OwnServer> StartAsync()
    {
        var own = new OwnServer();
        own._server = await own.RunAsync(0);
        return own;
    }

    /// <summary>SIGSTOP: it accepts connections and answers nothing.</summary>
    public void Freeze()
    {
        ChildProcesses.Signal(_server.Process, UnixSignal.Stop);
        // A thread that runs on another core stops only when the kernel gets to it.
        SpinWait.SpinUntil(() => Directory.EnumerateDirectories($"/proc/{_server.ProcessId}/task")
            .All(task => File.ReadAllText(task + "/stat").Split(") ")[1].StartsWith('T')));
    }

    public void Thaw() => ChildProcesses.Signal(_server.Process, UnixSignal.Continue);

    public async Task KillAsync()
    {
        ChildProcesses.Signal(_server.Process, UnixSignal.Kill);
        await _server.Process.WaitForExitAsync();
    }

    public async Task StartAgainAsync() => _server = await RunAsync(_server.Port);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private Task<ZooKeeperServer> RunAsync(int port) =>
        ZooKeeperServer.StartAsync(_directory.FullName, port, TimeProvider.System, ZooKeeperFixture.Deadline(), ZooKeeperFixture.Tick);
}
