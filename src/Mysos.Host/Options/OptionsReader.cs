using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Elections;

namespace Mysos.Host.Options;

/// <summary>
/// Options from their sources: everything that is wrong is told at once, each by the name it was given under. Reads no
/// file, clock or network.
/// </summary>
internal static partial class OptionsReader
{
    private const int DefaultPort = 55001;
    private const int DefaultMesosPort = 5050;
    private const int MaxAgents = 100;
    private const int MaxMasters = 9;

    private const string DefaultAgentResources = "cpus:8;mem:16384;disk:102400";

    public static Read<SchedulerOptions> Scheduler(OptionSources sources, HostFacts host)
    {
        var values = new OptionValues(sources);
        var options = Scheduler(values, host, local: false);
        return Read<SchedulerOptions>.Of(options, values.Problems);
    }

    public static Read<LocalOptions> Local(OptionSources sources, HostFacts host)
    {
        var values = new OptionValues(sources);
        var hostnames = AgentHostnames(values);
        var options = new LocalOptions(
            Scheduler(values, host, local: true),
            Agents(values, hostnames),
            hostnames,
            values.Text("agent_resources") ?? DefaultAgentResources,
            values.Number("mesos_port", 0, 0, 65535));
        return Read<LocalOptions>.Of(options, values.Problems);
    }

    public static Read<StandInOptions> LocalMesos(OptionSources sources, HostFacts host)
    {
        var values = new OptionValues(sources);
        var hostnames = AgentHostnames(values);
        var options = new StandInOptions(
            values.Address("bind", IPAddress.Loopback),
            values.Number("port", 0, 0, 65535),
            values.Number("masters", 1, 1, MaxMasters),
            Agents(values, hostnames),
            hostnames,
            values.Text("agent_resources") ?? DefaultAgentResources,
            values.ZooKeeper("zk_url", values.Text("zk_url")),
            values.Text("framework_authentication_file"),
            Path.GetFullPath(values.Text("work_dir") ?? Path.Combine(host.StateDirectory, "mysos")),
            values.Switch("verbose"));
        return Read<StandInOptions>.Of(options, values.Problems);
    }

    private static SchedulerOptions Scheduler(OptionValues values, HostFacts host, bool local)
    {
        var storage = values.Choice("storage", NodeStorage.Volume);
        var executorUri = values.Text("executor_uri");
        var executorPackage = values.Text("executor_package") ?? (executorUri is null ? host.ExecutorPackage : null);
        if (!local && executorUri is null && executorPackage is null && values.Text("executor_cmd") is null)
            values.Wrong("executor_package", "it is missing, and there is no mysos-executor.tar.gz beside the program; give the package's file, or its address as --executor_uri.");
        var bind = values.Address("bind", local ? IPAddress.Loopback : IPAddress.Any);
        var options = new SchedulerOptions
        {
            Port = values.Number("port", DefaultPort, 0, 65535),
            Bind = bind,
            // A name that leads to another address than the only one that is listened on helps nobody.
            AdvertiseHost = AdvertiseHost(values, bind.Equals(IPAddress.Any) || bind.Equals(IPAddress.IPv6Any) ? (local ? "127.0.0.1" : host.HostName) : bind.ToString()),
            MesosMaster = Master(values, local),
            FrameworkUser = FrameworkUser(values, host.UserName),
            FrameworkRole = Role(values, storage),
            FrameworkFailoverTimeout = values.Duration("framework_failover_timeout", TimeSpan.FromDays(14), TimeSpan.FromSeconds(1), TimeSpan.FromDays(36_500)),
            FrameworkAuthenticationFile = values.Text("framework_authentication_file"),
            NewFramework = values.Text("new_framework"),
            ExecutorUri = executorUri,
            ExecutorPackage = executorPackage,
            ExecutorCmd = values.Text("executor_cmd"),
            ExecutorEnviron = values.Variables("executor_environ"),
            ExecutorSourcePrefix = values.Text("executor_source_prefix") ?? "mysos",
            ZkUrl = values.ZooKeeper("zk_url", local ? values.Text("zk_url") : values.Required("zk_url", "the ZooKeeper for state and discovery, such as zk://host:2181/mysos")),
            ZkSessionTimeout = values.Duration("zk_session_timeout", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            WorkDir = Path.GetFullPath(values.Text("work_dir") ?? (local ? Path.Combine(host.StateDirectory, "mysos") : Path.Combine(host.TempDirectory, "mysos"))),
            StateStorage = values.Choice("state_storage", StateStorage.Zk),
            Storage = storage,
            Placement = values.Choice("placement", Placement.Spread),
            SpreadBy = values.Text("spread_by"),
            AbandonVolumeAfter = values.Text("abandon_volume_after") is null ? null
                : values.Duration("abandon_volume_after", TimeSpan.MaxValue, TimeSpan.FromMinutes(1), TimeSpan.FromDays(36_500)),
            SchedulerKeypath = local ? values.Text("scheduler_keypath") : values.Required("scheduler_keypath", "a file of 32 random bytes"),
            AdminKeypath = local ? values.Text("admin_keypath") : values.Required("admin_keypath", "a YAML file with username and password"),
            ElectionPolicy = values.Choice("election_policy", ElectionPolicy.Lossless),
            ElectionTimeout = values.Duration("election_timeout", TimeSpan.FromSeconds(60), ClusterRules.MinElectionTimeout, ClusterRules.MaxElectionTimeout),
            SyncReplicas = values.Number("sync_replicas", 1, 1, ClusterRules.MaxSyncReplicas),
            CopyBandwidth = values.Number("copy_bandwidth", 100, 1, 100_000),
            InstallerArgs = values.Text("installer_args"),
            BackupStoreArgs = values.Text("backup_store_args"),
            OtlpEndpoint = values.Web("otlp_endpoint", "http://collector:4318"),
            AuthFile = values.Text("auth_file"),
            OpenMetrics = values.Switch("open_metrics"),
            TrustedProxies = AccessOptions.Proxies(values),
            TlsCert = values.Text("tls_cert"),
            TlsKey = values.Text("tls_key"),
            TlsCa = values.Text("tls_ca"),
            PlainPort = values.Text("plain_port") is null ? null : values.Number("plain_port", 1, 1, 65535),
            OidcAuthority = AccessOptions.Authority(values),
            OidcClientId = values.Text("oidc_client_id"),
            OidcClientSecretFile = values.Text("oidc_client_secret_file"),
            OidcRoleClaim = values.Text("oidc_role_claim"),
            Verbose = values.Switch("verbose"),
        };
        AccessOptions.CheckTogether(values);
        return options;
    }

    private static int Agents(OptionValues values, ImmutableArray<string> hostnames)
    {
        var agents = values.Number("agents", hostnames.IsEmpty ? 3 : hostnames.Length, 1, MaxAgents);
        if (!hostnames.IsEmpty && hostnames.Length != agents)
            values.Wrong("agent_hostnames", $"{hostnames.Length} names for {agents} agents; give one for each.");
        return agents;
    }

    private static ImmutableArray<string> AgentHostnames(OptionValues values)
    {
        if (values.Text("agent_hostnames") is not { } text)
            return [];
        ImmutableArray<string> names = [.. text.Split(',').Select(name => name.Trim())];
        foreach (var name in names.Where(name => !IsHost(name)))
            values.Wrong("agent_hostnames", $"'{name}' is not a host name or address, without a port.");
        return names;
    }

    private static bool IsHost(string name) => Uri.CheckHostName(name) is not (UriHostNameType.Unknown or UriHostNameType.Basic);

    private static string AdvertiseHost(OptionValues values, string fallback)
    {
        var host = values.Text("advertise_host") ?? fallback;
        if (!IsHost(host))
            values.Wrong("advertise_host", $"'{host}' is not a host name or address, without a port.");
        return host;
    }

    private static string FrameworkUser(OptionValues values, string fallback)
    {
        var user = values.Text("framework_user") ?? fallback;
        if (!UserPattern().IsMatch(user))
            values.Wrong("framework_user", $"'{user}' is not the name of a Unix user.");
        return user;
    }

    private static string Role(OptionValues values, NodeStorage storage)
    {
        var role = values.Text("framework_role") ?? "mysos";
        // https://mesos.apache.org/documentation/latest/roles/#invalid-role-names
        if (role != "*" && !role.Split('/').All(part => RolePattern().IsMatch(part) && part is not ("." or "..")))
            values.Wrong("framework_role", $"'{role}' is not the name of a Mesos role; it has letters, digits, '_', '.' and '-' (not first), in parts separated by '/'.");
        else if (role == "*" && storage == NodeStorage.Volume)
            values.Wrong("framework_role", "'*' cannot have the reservations that --storage=volume needs; name a role, or use --storage=sandbox.");
        return role;
    }

    private static MesosMaster Master(OptionValues values, bool local)
    {
        var text = local ? values.Text("mesos_master") ?? "local" : values.Required("mesos_master", "host:port, zk://hosts/path, or local");
        if (text is null or "local")
            return new MesosMaster.Local();
        if (text.StartsWith("zk://", StringComparison.Ordinal))
            return values.ZooKeeper("mesos_master", text) is { } url ? new MesosMaster.InZooKeeper(url) : new MesosMaster.Local();
        var masters = text.Split(',').Select(m => HostAndPort.Parse(m, DefaultMesosPort)).ToArray();
        if (masters.Contains(null))
            values.Wrong("mesos_master", $"'{text}' is not host:port (or several, separated by commas), zk://hosts/path, or local.");
        return new MesosMaster.Listed([.. masters.OfType<HostAndPort>().Select(m => m.ToString())]);
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.-]{0,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex UserPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_.][A-Za-z0-9_.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex RolePattern();
}

/// <summary>Options, or all that is wrong with them.</summary>
/// <param name="Options">Null when there are problems.</param>
internal sealed record Read<T>(T? Options, IReadOnlyList<string> Problems)
    where T : class
{
    public static Read<T> Of(T options, IReadOnlyList<string> problems) => new(problems.Count == 0 ? options : null, problems);
}
