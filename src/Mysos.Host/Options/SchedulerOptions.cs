using System.Collections.Immutable;
using System.Net;
using Mysos.Core.Elections;
using Mysos.Core.ZooKeeper;

namespace Mysos.Host.Options;

/// <summary>How a scheduler runs. The property <c>FrameworkRole</c> is the flag <c>--framework_role</c>, and so on.</summary>
public sealed record SchedulerOptions
{
    public required int Port { get; init; }
    public required IPAddress Bind { get; init; }

    /// <summary>Under which agents and other schedulers reach this one.</summary>
    public required string AdvertiseHost { get; init; }
    public required MesosMaster MesosMaster { get; init; }

    /// <summary>The Unix user that executors run as.</summary>
    public required string FrameworkUser { get; init; }
    public required string FrameworkRole { get; init; }

    /// <summary>How long Mesos keeps the tasks of a scheduler that is gone.</summary>
    public required TimeSpan FrameworkFailoverTimeout { get; init; }
    public string? FrameworkAuthenticationFile { get; init; }

    /// <summary>The id of a framework that Mesos has removed: a new one follows it. Null: none may.</summary>
    public string? NewFramework { get; init; }

    /// <summary>Where agents fetch the executor from; null for this scheduler's own <see cref="ExecutorPackage"/>.</summary>
    public string? ExecutorUri { get; init; }

    /// <summary>The file that this scheduler serves to agents.</summary>
    public string? ExecutorPackage { get; init; }

    /// <summary>Null for the command that suits the package.</summary>
    public string? ExecutorCmd { get; init; }
    public ImmutableSortedDictionary<string, string> ExecutorEnviron { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public required string ExecutorSourcePrefix { get; init; }

    /// <summary>Null only in <c>mysos local</c>: start a ZooKeeper.</summary>
    public ZooKeeperUrl? ZkUrl { get; init; }

    /// <summary>After so long without a sign of life of a leading scheduler another one leads.</summary>
    public required TimeSpan ZkSessionTimeout { get; init; }
    public required string WorkDir { get; init; }
    public required StateStorage StateStorage { get; init; }
    public required NodeStorage Storage { get; init; }
    public required Placement Placement { get; init; }

    /// <summary>An attribute of the agents; null for the zone of their fault domain.</summary>
    public string? SpreadBy { get; init; }

    /// <summary>Null: never.</summary>
    public TimeSpan? AbandonVolumeAfter { get; init; }

    /// <summary>Null only in <c>mysos local</c>: make one in <see cref="WorkDir"/>.</summary>
    public string? SchedulerKeypath { get; init; }

    /// <summary>As <see cref="SchedulerKeypath"/>.</summary>
    public string? AdminKeypath { get; init; }
    public required TimeSpan ElectionTimeout { get; init; }
    public required ElectionPolicy ElectionPolicy { get; init; }
    /// <summary>How many slaves of a MySQL cluster are to acknowledge each write.</summary>
    public required int SyncReplicas { get; init; }
    /// <summary>MB a second.</summary>
    public required int CopyBandwidth { get; init; }
    public string? InstallerArgs { get; init; }
    public string? BackupStoreArgs { get; init; }

    /// <summary>Null: no login is asked for.</summary>
    public string? AuthFile { get; init; }
    public bool OpenMetrics { get; init; }
    public ImmutableArray<IPAddress> TrustedProxies { get; init; } = [];

    /// <summary>Null: plain HTTP.</summary>
    public string? TlsCert { get; init; }
    public string? TlsKey { get; init; }
    public string? TlsCa { get; init; }

    /// <summary>Serves agents and health checks without TLS; null: nothing does.</summary>
    public int? PlainPort { get; init; }

    /// <summary>Null: nobody logs in with OpenID Connect. Else the three after it are there.</summary>
    public Uri? OidcAuthority { get; init; }
    public string? OidcClientId { get; init; }
    public string? OidcClientSecretFile { get; init; }
    public string? OidcRoleClaim { get; init; }
    /// <summary>The OpenTelemetry collector that traces are sent to; null: none.</summary>
    public Uri? OtlpEndpoint { get; init; }
    public bool Verbose { get; init; }

    public string Scheme => TlsCert is null ? "http" : "https";
}

/// <summary>How <c>mysos local</c> runs.</summary>
/// <param name="Scheduler">Of the scheduler in it.</param>
/// <param name="Agents">How many Mesos agents are played.</param>
/// <param name="AgentHostnames">Theirs, in their order; empty: all have the address as name.</param>
/// <param name="AgentResources">What each of them offers, in Mesos' form.</param>
/// <param name="MesosPort">Of the Mesos master; 0 takes a free one.</param>
public sealed record LocalOptions(SchedulerOptions Scheduler, int Agents, ImmutableArray<string> AgentHostnames, string AgentResources, int MesosPort);

/// <summary>How <c>mysos local-mesos</c> runs.</summary>
/// <param name="Port">Of the master; 0 takes a free one.</param>
/// <param name="ZkUrl">Null: start a ZooKeeper.</param>
/// <param name="Masters">More than one elect their leader in ZooKeeper.</param>
/// <param name="FrameworkAuthenticationFile">What schedulers have to authenticate with; null: they need not.</param>
public sealed record StandInOptions(
    IPAddress Bind, int Port, int Masters, int Agents, ImmutableArray<string> AgentHostnames, string AgentResources, ZooKeeperUrl? ZkUrl, string? FrameworkAuthenticationFile,
    string WorkDir, bool Verbose);

public enum StateStorage { Zk, Local }

public enum NodeStorage
{
    /// <summary>A persistent volume, which outlives the task.</summary>
    Volume,
    /// <summary>The task's sandbox, which Mesos removes some time after the task.</summary>
    Sandbox,
}

public enum Placement
{
    /// <summary>Different agents while there are enough.</summary>
    Spread,
    /// <summary>Never two nodes of a cluster on one agent.</summary>
    Unique,
}

/// <summary>What <c>--mesos_master</c> says.</summary>
public abstract record MesosMaster
{
    /// <summary><c>host:port,host:port</c>.</summary>
    public sealed record Listed(ImmutableArray<string> Endpoints) : MesosMaster;

    /// <summary><c>zk://…</c>: whoever leads there.</summary>
    public sealed record InZooKeeper(ZooKeeperUrl Url) : MesosMaster;

    /// <summary><c>local</c>: a master and agents are played in this process.</summary>
    public sealed record Local : MesosMaster;
}
