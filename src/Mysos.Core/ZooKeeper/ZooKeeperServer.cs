using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mysos.Core.Processes;

namespace Mysos.Core.ZooKeeper;

/// <summary>
/// A ZooKeeper server of one node, as a child process that ends with this one. It listens on one address only. For
/// <c>mysos local</c> and for tests; a cluster in production has its own ensemble.
/// </summary>
public sealed class ZooKeeperServer : IAsyncDisposable
{
    private const string Jar = "/usr/share/java/zookeeper.jar";
    private const string LogJar = "/usr/share/java/slf4j-simple.jar";
    private const int KeptLines = 20;

    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<string> _lastLines = new();

    private readonly IPAddress _address;

    private ZooKeeperServer(IPAddress address, int port, TimeProvider time) => (_address, Port, _time) = (address, port, time);

    public int Port { get; }

    public int ProcessId => Process.Id;

    /// <summary><c>address:port</c></summary>
    public string ConnectString => $"{_address}:{Port}";

    internal Process Process { get; private set; } = null!;

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <param name="directory">Its data, kept over restarts; made when missing. Its log is <c>zookeeper.log</c> in it.</param>
    /// <param name="port">0: a free one.</param>
    /// <param name="tick">Sessions may have timeouts of 2 to 120 ticks. Null: 500 ms.</param>
    /// <param name="address">An IPv4 address of this machine. Null: 127.0.0.1.</param>
    /// <exception cref="FileNotFoundException">Java or ZooKeeper is not installed; says what to install.</exception>
    /// <exception cref="InvalidOperationException">It ended instead of answering; has its last lines.</exception>
    public static async Task<ZooKeeperServer> StartAsync(
        string directory, int port, TimeProvider time, CancellationToken cancellation, TimeSpan? tick = null, IPAddress? address = null)
    {
        if (Java() is not { } java || !File.Exists(Jar))
            throw new FileNotFoundException("A ZooKeeper server needs Java and ZooKeeper: install Debian's packages zookeeper and default-jre-headless.");
        Directory.CreateDirectory(directory);
        for (var attempt = 1; ; attempt++)
        {
            var server = new ZooKeeperServer(address ?? IPAddress.Loopback, port == 0 ? FreePort() : port, time);
            try
            {
                await server.RunAsync(java, directory, tick ?? TimeSpan.FromMilliseconds(500), cancellation).ConfigureAwait(false);
                return server;
            }
            catch (InvalidOperationException) when (port == 0 && attempt < 3)
            {
                // Another process took the port between its choice and its use.
            }
        }
    }

    /// <summary>Ends it: SIGTERM, after 5 s SIGKILL. It can be started again on the same directory.</summary>
    public async Task StopAsync() => await ChildProcesses.StopAsync(Process, Grace, _time).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        // A stopped (SIGSTOP) server would not see SIGTERM.
        ChildProcesses.Signal(Process, UnixSignal.Continue);
        await StopAsync().ConfigureAwait(false);
        Process.Dispose();
    }

    private async Task RunAsync(string java, string directory, TimeSpan tick, CancellationToken cancellation)
    {
        var configuration = Path.Combine(directory, "zoo.cfg");
        var tickMs = (int)tick.TotalMilliseconds;
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            dataDir={Path.GetFullPath(directory)}
            clientPort={Port}
            clientPortAddress={_address}
            tickTime={tickMs}
            minSessionTimeout={2 * tickMs}
            maxSessionTimeout={120 * tickMs}
            maxClientCnxns=0
            admin.enableServer=false
            4lw.commands.whitelist=*
            autopurge.snapRetainCount=3
            autopurge.purgeInterval=1

            """), cancellation).ConfigureAwait(false);
        var start = new ProcessStartInfo(java)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[
            "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
            "-Dzookeeper.preAllocSize=1024",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
            $"-Dorg.slf4j.simpleLogger.logFile={Path.Combine(Path.GetFullPath(directory), "zookeeper.log")}",
            "-cp", $"{Jar}:{LogJar}", "org.apache.zookeeper.server.quorum.QuorumPeerMain", configuration])
            start.ArgumentList.Add(argument);
        Process = await ChildProcesses.StartAsync(start, ownSession: true).ConfigureAwait(false);
        Process.OutputDataReceived += (_, line) => Keep(line.Data);
        Process.ErrorDataReceived += (_, line) => Keep(line.Data);
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
        try
        {
            while (!await AnswersAsync(directory, cancellation).ConfigureAwait(false))
            {
                if (Process.HasExited)
                    throw await EndedAsync(directory).ConfigureAwait(false);
                await Task.Delay(AskAgain, _time, cancellation).ConfigureAwait(false);
            }
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<bool> AnswersAsync(string directory, CancellationToken cancellation)
    {
        // A server that is just starting can take a question and forget it.
        using var deadline = new CancellationTokenSource(AnswerTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(_address, Port, either.Token).ConfigureAwait(false);
            var stream = client.GetStream();
            await stream.WriteAsync("conf"u8.ToArray(), either.Token).ConfigureAwait(false);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            // `ruok` would not tell our server from another one that had the port before.
            return (await reader.ReadToEndAsync(either.Token).ConfigureAwait(false)).Contains($"dataDir={Path.GetFullPath(directory)}/", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    private async Task<InvalidOperationException> EndedAsync(string directory)
    {
        await Process.WaitForExitAsync().ConfigureAwait(false);
        var log = Path.Combine(directory, "zookeeper.log");
        var lines = File.Exists(log) ? File.ReadLines(log).TakeLast(KeptLines) : [];
        return new InvalidOperationException(
            $"The ZooKeeper server for port {Port} ended with code {Process.ExitCode}:\n{string.Join('\n', lines.Concat(_lastLines))}");
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        _lastLines.Enqueue(line);
        if (_lastLines.Count > KeptLines)
            _lastLines.TryDequeue(out _);
    }

    private static string? Java() =>
        Environment.GetEnvironmentVariable("JAVA_HOME") is { Length: > 0 } home && File.Exists($"{home}/bin/java")
            ? $"{home}/bin/java"
            : ChildProcesses.Find("java", Environment.GetEnvironmentVariable("PATH"), "");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
