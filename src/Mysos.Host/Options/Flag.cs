using System.Collections.Immutable;

namespace Mysos.Host.Options;

/// <summary>One option of the long-running commands.</summary>
/// <param name="Name">As on the command line, without the dashes.</param>
/// <param name="Value">What stands for the value in the help; null when it needs none.</param>
/// <param name="Uses">The commands that take it.</param>
internal sealed record Flag(string Name, string? Value, string Help, Uses Uses)
{
    public string Environment => $"MYSOS_{Name.ToUpperInvariant()}";
}

[Flags]
internal enum Uses { Scheduler = 1, Local = 2, LocalMesos = 4, Schedulers = Scheduler | Local, Mesos = Local | LocalMesos, All = 7 }

/// <summary>All of them, in the order of the help.</summary>
internal static class Flags
{
    public static ImmutableArray<Flag> All { get; } =
    [
        new("port", "PORT", "Port of the REST API and dashboard (local-mesos: of the Mesos master, by default a free one). [default: 55001]", Uses.All),
        new("bind", "ADDRESS", "Address to listen on. [default: 0.0.0.0; local and local-mesos: 127.0.0.1]", Uses.All),
        new("advertise_host", "HOST", "Name or address under which agents and other schedulers reach this one. [default: the address of --bind if it is one, else this machine's name; local: 127.0.0.1]", Uses.Schedulers),
        new("mesos_master", "MASTER", "The Mesos master: host:port[,host:port], zk://hosts/path, or local. Required. [mysos local: local]", Uses.Schedulers),
        new("framework_user", "USER", "The Unix user that executors run as. [default: the scheduler's own]", Uses.Schedulers),
        new("framework_role", "ROLE", "The Mesos role whose resources are used. [default: mysos]", Uses.Schedulers),
        new("framework_failover_timeout", "TIME", "How long Mesos keeps all tasks when no scheduler is connected; should be very high. [default: 14d]", Uses.Schedulers),
        new("framework_authentication_file", "FILE", "YAML file with 'principal' and 'secret' for the Mesos master (local-mesos: that schedulers have to give).", Uses.All),
        new("new_framework", "ID", "The id of a framework that Mesos has removed: go on as a new one, which starts all nodes again on their volumes.", Uses.Schedulers),
        new("executor_uri", "URI", "Where agents fetch the executor package from. [default: this scheduler, see --executor_package]", Uses.Schedulers),
        new("executor_package", "FILE", "The executor package that the scheduler serves. [default: mysos-executor.tar.gz beside the program]", Uses.Schedulers),
        new("executor_cmd", "COMMAND", "Command that runs the executor. [default: the one in the package]", Uses.Schedulers),
        new("executor_environ", "JSON", """Environment of the executors: [{"name": "A", "value": "b"}] or {"A": "b"}.""", Uses.Schedulers),
        new("executor_source_prefix", "PREFIX", "Executors' source in Mesos is PREFIX.<cluster>.<server id>. [default: mysos]", Uses.Schedulers),
        new("zk_url", "URL", "zk://[user:password@]hosts/path for state and service discovery. Required. [local and local-mesos: start a ZooKeeper]", Uses.All),
        new("zk_session_timeout", "TIME", "How long ZooKeeper waits for a sign of life of the leading scheduler before another one leads. [default: 10s]", Uses.Schedulers),
        new("work_dir", "DIRECTORY", "For the scheduler's files. [default: mysos in the system's temporary directory; local and local-mesos: ~/.local/state/mysos]", Uses.All),
        new("state_storage", "zk|local", "Where the scheduler's state is: <zk_url>/state or <work_dir>/state. [default: zk]", Uses.Schedulers),
        new("storage", "volume|sandbox", "Where the data of MySQL are: in persistent volumes or in the tasks' sandboxes. [default: volume]", Uses.Schedulers),
        new("placement", "spread|unique", "spread: a cluster's nodes on different agents while there are enough; unique: always. [default: spread]", Uses.Schedulers),
        new("spread_by", "ATTRIBUTE", "Spread a cluster's nodes over the values of this attribute of the agents. [default: over the zones of their fault domains]", Uses.Schedulers),
        new("abandon_volume_after", "TIME", "Give a node up with its data, and place another, when the agent that has them has stayed away for so long. [default: never]", Uses.Schedulers),
        new("scheduler_keypath", "FILE", "32 bytes that seal the passwords in the state. Required. [mysos local: made in the work_dir]", Uses.Schedulers),
        new("admin_keypath", "FILE", "YAML file with 'username' and 'password' of the administration account of all MySQL instances. Required. [mysos local: made in the work_dir]", Uses.Schedulers),
        new("election_policy", "lossless|available", "When nobody answers who is sure to have the last acknowledged write: wait for them; or, after --election_timeout, elect among those that answer. [default: lossless]", Uses.Schedulers),
        new("sync_replicas", "NUMBER", "How many slaves of a MySQL cluster hold each write before its client is told that it is committed, while so many serve (MariaDB's: one). [default: 1]", Uses.Schedulers),
        new("election_timeout", "TIME", "With --election_policy=available: how long an election waits for those who are sure to have the last write. [default: 60s]", Uses.Schedulers),
        new("copy_bandwidth", "NUMBER", "How fast a node that is rebuilt may copy another node's data, in MB a second. [default: 100]", Uses.Schedulers),
        new("installer_args", "FILE", "The mysqld that executors run. [default: the first mariadbd or mysqld that they find]", Uses.Schedulers),
        new("backup_store_args", "TEXT", "Where backups are kept: a directory that all agents see.", Uses.Schedulers),
        new("otlp_endpoint", "URL", "The OpenTelemetry collector that traces of creations, failovers and switchovers are sent to, by OTLP over HTTP: http://collector:4318. [default: none]", Uses.Schedulers),
        new("auth_file", "FILE", "YAML file with users, tokens and their roles: the API and the dashboard ask for a login. [default: they ask for none]", Uses.Schedulers),
        new("open_metrics", null, "/metrics and /vars.json ask for no login.", Uses.Schedulers),
        new("trusted_proxies", "ADDRESS,...", "Proxies that are believed whom a request comes from, and that it came with TLS (X-Forwarded-For, X-Forwarded-Proto). [default: none]", Uses.Schedulers),
        new("tls_cert", "FILE", "PEM file with the certificate to serve TLS with, and those between it and its CA. [default: plain HTTP]", Uses.Schedulers),
        new("tls_key", "FILE", "PEM file with its key.", Uses.Schedulers),
        new("tls_ca", "FILE", "PEM file with the CAs of the other schedulers' certificates. [default: the system's]", Uses.Schedulers),
        new("plain_port", "PORT", "With --tls_cert: another port, without TLS, for the agents' executor package, /health and /ready alone. [default: none]", Uses.Schedulers),
        new("oidc_authority", "URL", "An OpenID Connect provider that people may log in with. Needs the three flags below, and oidc_roles in the --auth_file.", Uses.Schedulers),
        new("oidc_client_id", "ID", "Mysos' name at the provider.", Uses.Schedulers),
        new("oidc_client_secret_file", "FILE", "A file whose first line is Mysos' secret at the provider.", Uses.Schedulers),
        new("oidc_role_claim", "CLAIM", "The claim whose values oidc_roles in the --auth_file leads to roles. [default: groups]", Uses.Schedulers),
        new("masters", "NUMBER", "How many Mesos masters are played; several elect their leader in ZooKeeper, under /mesos. [default: 1]", Uses.LocalMesos),
        new("agents", "NUMBER", "How many Mesos agents are played. [default: as many as --agent_hostnames, or else 3]", Uses.Mesos),
        new("agent_hostnames", "HOST,...", "The agents' host names, one for each; they have to lead to this machine. Agents of different names are different machines to placement and maintenance. [default: the address of --bind for all]", Uses.Mesos),
        new("agent_resources", "RESOURCES", "What each of them offers, in Mesos' form; mem and disk in MB. [default: cpus:8;mem:16384;disk:102400]", Uses.Mesos),
        new("mesos_port", "PORT", "Port of the Mesos master. [default: the last one, or a free one]", Uses.Local),
        new("config", "FILE", "JSON file with options under \"Mysos\". [default: appsettings.json in the current directory, when there is one]", Uses.All),
        new("verbose", null, "Log more.", Uses.All),
    ];

    public static IEnumerable<Flag> Of(Uses use) => All.Where(f => f.Uses.HasFlag(use));
}
