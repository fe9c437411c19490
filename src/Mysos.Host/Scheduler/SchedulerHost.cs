using Mysos.Host.Access;
using Mysos.Host.Commands;
using Mysos.Host.Composition;
using Mysos.Host.Executor;
using Mysos.Host.Options;

namespace Mysos.Host.Scheduler;

/// <summary>A scheduler with its web side, from its start to its orderly end.</summary>
internal static class SchedulerHost
{
    private static readonly TimeSpan ReadyPoll = TimeSpan.FromMilliseconds(20);

    /// <param name="ready">Called with the port once <c>GET /ready</c> is 200.</param>
    public static async Task<int> RunAsync(
        SchedulerOptions options, Secrets secrets, WebAccess access, CommandIo io, Action<int> ready, CancellationToken cancellation)
    {
        var package = options.ExecutorPackage is { } file ? await ExecutorPackage.OpenAsync(file, cancellation) : null;
        var plan = new SchedulerPlan(options, secrets, package, options.ZkUrl!);
        var settings = new MysosWebSettings
        {
            Bind = options.Bind, Port = options.Port, ExecutorPackage = package, OtlpEndpoint = options.OtlpEndpoint, Verbose = options.Verbose,
            Access = access.Access, Tls = access.Tls, Peers = access.Peers,
        };
        await using var app = MysosWebApp.Build(settings, services => services.AddMysosScheduler(plan));
        AccessNotices.Log(app.Services.GetRequiredService<ILoggerFactory>(), settings);
        await app.StartAsync(cancellation);
        app.Services.GetRequiredService<ListeningPort>().Set(MysosWebApp.Port(app));
        var stopping = app.Lifetime.ApplicationStopping;
        var readiness = app.Services.GetRequiredService<Api.Status.IReadiness>();
        while (!stopping.IsCancellationRequested && !readiness.Check().IsReady)
            await Task.Delay(ReadyPoll, io.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stopping.IsCancellationRequested)
            ready(MysosWebApp.Port(app));
        await app.WaitForShutdownAsync(cancellation);
        app.Services.GetRequiredService<FatalError>().ThrowIfAny();
        return ExitCodes.Ok;
    }
}

/// <summary>The port that the web side listens on, once it does.</summary>
internal sealed class ListeningPort
{
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<int> Value => _port.Task;

    public void Set(int port) => _port.TrySetResult(port);
}
