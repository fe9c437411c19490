using System.Net.Http.Headers;
using System.Text;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;
using Mysos.Core.Security;
using Mysos.Core.ZooKeeper;
using Mysos.Host.Executor;
using Mysos.Host.Options;

namespace Mysos.Host.Scheduler;

/// <summary>Options and secrets as the scheduler's parts take them.</summary>
internal sealed record SchedulerPlan(SchedulerOptions Options, Secrets Secrets, ExecutorPackage? Package, ZooKeeperUrl ZooKeeper)
{
    /// <summary>
    /// Unpacked by the agent beside the executor's sandbox files; a command of one's own replaces it.
    /// </summary>
    private const string PackagedCommand = "exec ./mysos-executor";

    /// <summary>The executors' environment that reaches them from this process: where to find mysqld.</summary>
    private static readonly string[] PassedOn = ["MYSOS_MYSQLD", "MYSOS_TEMPLATE_DIR"];

    public SchedulerSettings Settings(int port) => new()
    {
        Role = Options.FrameworkRole,
        Principal = Principal,
        User = Options.FrameworkUser,
        NewFramework = Options.NewFramework,
        ExecutorCommand = Command(port),
        Volumes = Options.Storage == NodeStorage.Volume,
        UniqueAgents = Options.Placement == Placement.Unique,
        SpreadBy = Options.SpreadBy,
        AbandonVolumeAfter = Options.AbandonVolumeAfter,
        BackupStore = Options.BackupStoreArgs,
        ExecutorSource = Options.ExecutorSourcePrefix,
        ElectionTimeout = Options.ElectionTimeout,
        ElectionPolicy = Options.ElectionPolicy,
        SyncReplicas = Options.SyncReplicas,
        CopyMbPerSecond = Options.CopyBandwidth,
        PublicZooKeeperUrl = ZooKeeper.ToString().TrimEnd('/'),
    };

    public FrameworkInfo Framework(int port) => new()
    {
        User = Options.FrameworkUser,
        Name = "mysos",
        Roles = [Options.FrameworkRole],
        Principal = Principal,
        Checkpoint = true,
        FailoverTimeout = Options.FrameworkFailoverTimeout.TotalSeconds,
        Hostname = Options.AdvertiseHost,
        WebuiUrl = Address(port).ToString(),
        Capabilities = [new("PARTITION_AWARE"), new("MULTI_ROLE"), new("RESERVATION_REFINEMENT"), new("TASK_KILLING_STATE")],
    };

    public AuthenticationHeaderValue? MesosCredentials => Basic(Secrets.Framework);

    /// <summary>How the Mesos master is told who asks; null: it is not.</summary>
    public static AuthenticationHeaderValue? Basic(Account? framework) => framework is null ? null
        : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{framework.User}:{framework.Password}")));

    public Vault Vault => new(Secrets.Key, Secrets.Admin);

    /// <summary>Where agents and browsers find this scheduler.</summary>
    private Uri Address(int port) => Address(Options, port);

    private static Uri Address(SchedulerOptions options, int port) => new UriBuilder(options.Scheme, options.AdvertiseHost, port).Uri;

    /// <summary>Where agents fetch the executor: without TLS where that is served, as not every agent knows every authority.</summary>
    public static Uri PackageAddress(SchedulerOptions options, int port) =>
        options.PlainPort is { } plain ? new UriBuilder("http", options.AdvertiseHost, plain).Uri : Address(options, port);

    /// <summary>Reservations name it; without one they could not be made.</summary>
    private string Principal => Secrets.Framework?.User ?? "mysos";

    private CommandInfo Command(int port)
    {
        var environment = Options.ExecutorEnviron.ToDictionary(StringComparer.Ordinal);
        foreach (var name in PassedOn)
        {
            if (Options.ExecutorCmd is not null && Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                environment.TryAdd(name, value);
        }
        if (Options.InstallerArgs is { } mysqld)
            environment["MYSOS_MYSQLD"] = mysqld;
        var uri = Options.ExecutorUri
            ?? (Options.ExecutorCmd is null && Package is not null ? new Uri(PackageAddress(Options, port), Package.UrlPath).ToString() : null);
        return new CommandInfo
        {
            Shell = true,
            Value = Options.ExecutorCmd ?? PackagedCommand,
            User = Options.FrameworkUser,
            Uris = uri is null ? null : [new CommandUri { Value = uri, Extract = true, Cache = true }],
            Environment = environment.Count == 0 ? null
                : new EnvironmentInfo([.. environment.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => new EnvironmentVariable(v.Key, v.Value))]),
        };
    }
}
