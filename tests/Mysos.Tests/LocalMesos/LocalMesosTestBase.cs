using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Mysos.Core.Mesos;
using Mysos.LocalMesos;

namespace Mysos.Tests.LocalMesos;

/// <summary>A work directory of its own, a cluster in it, and the building blocks of calls.</summary>
public abstract class LocalMesosTestBase : IAsyncLifetime
{
    protected string WorkDir { get; } = Directory.CreateTempSubdirectory("mysos-local-").FullName;
    private protected LocalMesosCluster Cluster { get; set; } = null!;

    private protected virtual LocalMesosOptions Options => new()
    {
        WorkDir = WorkDir, Agents = 1, AgentResources = "cpus:4;mem:8192;disk:20480",
        AllocationInterval = TimeSpan.FromMilliseconds(200), ExecutorShutdownGracePeriod = TimeSpan.FromSeconds(1),
    };

    protected LocalAgent Agent => Cluster.Agents[0];

    public virtual async ValueTask InitializeAsync() => Cluster = await StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Directory.Delete(WorkDir, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected Task<LocalMesosCluster> StartAsync() =>
        LocalMesosCluster.StartAsync(Options, LoggerFactory(), TimeProvider.System);

    private static ILoggerFactory LoggerFactory() => NullLoggerFactory.Instance;

    private protected static string ScriptCommand => $"/usr/bin/python3 {Here()}/executor.py";

    private protected static Operation Launch(params TaskInfo[] tasks) =>
        new() { Type = "LAUNCH", Launch = new Operation.LaunchOperation(tasks) };

    private protected static TaskInfo NewTask(
        Offer offer, string id, string? data = null, string? command = null, string? executor = null,
        IReadOnlyList<Resource>? resources = null, IReadOnlyList<CommandUri>? uris = null) => new()
    {
        Name = id,
        TaskId = new TaskId(id),
        AgentId = offer.AgentId,
        Resources = resources ?? [Scalar("cpus", 0.5), Scalar("mem", 64)],
        Executor = new ExecutorInfo
        {
            Type = "CUSTOM",
            ExecutorId = new ExecutorId(executor ?? "exec-" + id),
            Name = "test executor",
            Command = new CommandInfo { Value = command ?? ScriptCommand, Shell = true, Uris = uris },
            Resources = [Scalar("cpus", 0.1), Scalar("mem", 32)],
            Data = data is null ? null : Encoding.UTF8.GetBytes(data),
        },
    };

    private protected static Resource Scalar(string name, double value) =>
        new() { Name = name, Type = Resource.ScalarType, Scalar = new Scalar(value) };

    private protected static bool IsAlive(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].TrimStart()[0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            // It may end while it is looked at.
            return false;
        }
    }

    private protected static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(TestScheduler.Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            if (deadline.IsCancellationRequested)
                throw new TimeoutException(what);
            await timer.WaitForNextTickAsync();
        }
    }

    private protected static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
