using System.Net;
using Mysos.Core.ZooKeeper;

namespace Mysos.LocalMesos;

/// <summary>How large the Mesos on this machine is, and where it keeps itself.</summary>
public sealed record LocalMesosOptions
{
    /// <summary>Number of agents.</summary>
    public int Agents { get; init; } = 3;

    /// <summary>
    /// What each agent has, in Mesos' form; mem and disk in MiB. Without <c>ports</c> each gets a block of its own that is
    /// free on this machine; with them, the given ranges are shared out among the agents.
    /// </summary>
    public string AgentResources { get; init; } = "cpus:8;mem:16384;disk:102400";

    /// <summary>Number of masters. More than one need <see cref="ZooKeeper"/>.</summary>
    public int Masters { get; init; } = 1;

    /// <summary>Where the masters elect their leader, and where others find it, as Mesos' <c>--zk</c>; null: the one master leads.</summary>
    public ZooKeeperUrl? ZooKeeper { get; init; }

    /// <summary>How long a dead master is taken for alive (Mesos' <c>--zk_session_timeout</c>).</summary>
    public TimeSpan ZooKeeperSessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The agents' hostnames, the first agent's first; those that are missing have the address as name.</summary>
    public IReadOnlyList<string> AgentHostnames { get; init; } = [];

    /// <summary>The agents' networks, the first agent's first; those that are missing share the master's.</summary>
    public IReadOnlyList<AgentNetwork> AgentNetworks { get; init; } = [];

    /// <summary>The address that master and agents listen on.</summary>
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    /// <summary>The master's port; 0: the one of the last run if it is free, or else any.</summary>
    public int MasterPort { get; init; }

    /// <summary>State, sandboxes and volumes. One cluster at a time.</summary>
    public required string WorkDir { get; init; }

    /// <summary>
    /// Secrets by principal, for schedulers' basic authentication; without any, nobody is asked. As
    /// <c>--authenticate_http_frameworks</c> with <c>--credentials</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>How long executors wait for a lost agent before they end (<c>MESOS_RECOVERY_TIMEOUT</c>).</summary>
    public TimeSpan AgentRecoveryTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Time between two rounds of offers.</summary>
    public TimeSpan AllocationInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time between two pings of the master to an agent.</summary>
    public TimeSpan AgentPingTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>So many pings without an answer make an agent unreachable.</summary>
    public int MaxAgentPingTimeouts { get; init; } = 5;

    /// <summary>How long a master that has been elected recovers before it serves anybody; until then it answers 503.</summary>
    public TimeSpan MasterRecovery { get; init; }

    /// <summary>The same for the first one of all, which finds no registry and has to make it.</summary>
    public TimeSpan FirstMasterRecovery { get; init; }

    /// <summary>How long an agent that is started again recovers before it takes executors' calls; until then it answers 503.</summary>
    public TimeSpan AgentRecovery { get; init; }

    /// <summary>How long an agent needs to start a container; one that is killed meanwhile never runs.</summary>
    public TimeSpan ContainerLaunch { get; init; }

    /// <summary>How long an agent needs to clean up after a container's end before it tells of that.</summary>
    public TimeSpan ContainerCleanUp { get; init; }

    /// <summary>Time between SHUTDOWN and SIGKILL of an executor that does not say otherwise.</summary>
    public TimeSpan ExecutorShutdownGracePeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a started executor may take to subscribe.</summary>
    public TimeSpan ExecutorRegistrationTimeout { get; init; } = TimeSpan.FromMinutes(1);
}
