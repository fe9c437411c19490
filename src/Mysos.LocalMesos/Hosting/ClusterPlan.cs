using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mysos.Core.Mesos;
using Mysos.Core.ZooKeeper;
using Mysos.LocalMesos.Agents;
using Mysos.LocalMesos.Containers;
using Mysos.LocalMesos.Http;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Hosting;

/// <summary>The options, checked and worked out.</summary>
internal sealed class ClusterPlan
{
    private const int MostAgents = 100;

    private readonly LocalMesosOptions _options;
    private readonly IReadOnlyList<Resource> _resources;

    private ClusterPlan(LocalMesosOptions options, IReadOnlyList<Resource> resources)
    {
        _options = options;
        _resources = resources;
        WorkDir = Path.GetFullPath(options.WorkDir);
    }

    public string WorkDir { get; }
    public int Agents => _options.Agents;
    public int Masters => _options.Masters;
    public ZooKeeperUrl? ZooKeeper => _options.ZooKeeper;
    public TimeSpan ZooKeeperSessionTimeout => _options.ZooKeeperSessionTimeout;
    public int MasterPort => _options.MasterPort;
    public IPAddress Bind => _options.Bind;
    public string Hostname => _options.Bind.ToString();
    public AgentNetwork? AgentNetwork(int number) => _options.AgentNetworks.ElementAtOrDefault(number - 1);
    /// <summary>Where it listens, and its executors do: one that is named by an address is there.</summary>
    public IPAddress AgentAddress(int number) => AgentNetwork(number)?.Address
        ?? (IPAddress.TryParse(_options.AgentHostnames.ElementAtOrDefault(number - 1), out var own) ? own : Bind);
    public string AgentHostname(int number) => _options.AgentHostnames.ElementAtOrDefault(number - 1) ?? $"{AgentAddress(number)}";
    public Authentication Authentication => new(_options.Credentials);
    public MasterSettings MasterSettings =>
        new(_options.AllocationInterval, new PingSettings(_options.AgentPingTimeout, _options.MaxAgentPingTimeouts),
            _options.MasterRecovery, _options.FirstMasterRecovery);
    public TimeSpan AgentRecovery => _options.AgentRecovery;
    public bool HasPorts => _resources.Any(resource => resource.Name == "ports");

    private string RecordPath => Path.Combine(WorkDir, "cluster.json");

    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public static ClusterPlan Of(LocalMesosOptions options)
    {
        if (options.Agents is < 1 or > MostAgents)
            throw new ArgumentException($"Agents is {options.Agents}; right would be 1 to {MostAgents}.", nameof(options));
        if (options.Masters != 1 && (options.Masters < 1 || options.ZooKeeper is null))
            throw new ArgumentException($"Masters is {options.Masters}; right would be 1, or more with ZooKeeper set.", nameof(options));
        if (options.AgentHostnames.Count > options.Agents)
            throw new ArgumentException($"AgentHostnames has {options.AgentHostnames.Count} names; right would be at most {options.Agents}, one for each agent.", nameof(options));
        if (options.AgentHostnames.FirstOrDefault(name => Uri.CheckHostName(name) == UriHostNameType.Unknown) is { } wrong)
            throw new ArgumentException($"AgentHostnames has '{wrong}'; right would be names or addresses of this machine.", nameof(options));
        if (string.IsNullOrWhiteSpace(options.WorkDir))
            throw new ArgumentException("WorkDir is empty; right would be a directory that Mesos may fill.", nameof(options));
        if (options.MasterPort is < 0 or > ushort.MaxValue)
            throw new ArgumentException($"MasterPort is {options.MasterPort}; right would be 1 to {ushort.MaxValue}, or 0 for any free one.", nameof(options));
        if (options.Bind.AddressFamily != AddressFamily.InterNetwork)
            throw new ArgumentException($"Bind is {options.Bind}; right would be an IPv4 address.", nameof(options));
        if (options.AllocationInterval <= TimeSpan.Zero)
            throw new ArgumentException($"AllocationInterval is {options.AllocationInterval}; right would be more than 0.", nameof(options));
        try
        {
            return new ClusterPlan(options, ResourceString.Parse(options.AgentResources));
        }
        catch (FormatException error)
        {
            throw new ArgumentException($"AgentResources: {error.Message}", nameof(options), error);
        }
    }

    public int ReadMasterPort() => JsonFile.Read(RecordPath, RecordJson.Default.ClusterRecord)?.MasterPort ?? 0;

    public void WriteMasterPort(int port) =>
        JsonFile.Write(RecordPath, new ClusterRecord { MasterPort = port }, RecordJson.Default.ClusterRecord);

    public MasterInfo MasterInfo(int port) => new()
    {
        // As for a real master, every start is a new one; framework and agent ids keep the prefix of theirs.
        Id = Guid.NewGuid().ToString(),
        Ip = BinaryPrimitives.ReadUInt32LittleEndian(Bind.GetAddressBytes()),
        Port = port,
        Pid = $"master@{Bind}:{port}",
        Hostname = Hostname,
        Version = OperatorEndpoint.MesosVersion,
        Address = new Address { Hostname = Hostname, Ip = Bind.ToString(), Port = port },
        Capabilities = [new Capability("AGENT_UPDATE"), new Capability("AGENT_DRAINING"), new Capability("QUOTA_V2")],
    };

    public AgentSettings AgentSettings(AgentId id, int number, int port, PortBlock? ports) => new()
    {
        Info = new AgentInfo
        {
            Id = id,
            Hostname = AgentHostname(number),
            Port = port,
            Resources = ports is null ? [.. _resources.Select(resource => PartOf(resource, number))] : [.. _resources, Ports(ports)],
            Attributes = [Attribute("rack", "r", number), Attribute("host", "a", number)],
        },
        Ip = $"{AgentAddress(number)}",
        ExecutorShutdownGracePeriod = _options.ExecutorShutdownGracePeriod,
        ExecutorRegistrationTimeout = _options.ExecutorRegistrationTimeout,
    };

    public ContainerOptions ContainerOptions(AgentId id, int number, int port, TimeProvider time) => new()
    {
        AgentId = id,
        Ip = $"{AgentAddress(number)}",
        Endpoint = $"{AgentAddress(number)}:{port}",
        NetworkNamespace = AgentNetwork(number)?.Namespace,
        ShutdownGracePeriod = _options.ExecutorShutdownGracePeriod,
        RecoveryTimeout = _options.AgentRecoveryTimeout,
        LaunchTime = _options.ContainerLaunch,
        CleanUpTime = _options.ContainerCleanUp,
        Time = time,
    };

    /// <summary>The agent's part of given ports; other resources are each agent's.</summary>
    private Resource PartOf(Resource resource, int number)
    {
        if (resource.Name != "ports" || resource.Ranges is not { } ranges)
            return resource;
        return resource with { Ranges = new Ranges([.. ranges.Range.Select(range => Part(range, number))]) };
    }

    private PortRange Part(PortRange range, int number)
    {
        var size = (range.End - range.Begin + 1) / (ulong)Agents;
        if (size == 0)
            throw new ArgumentException($"AgentResources: the ports {range.Begin}-{range.End} are too few for {Agents} agents.");
        var begin = range.Begin + size * (ulong)(number - 1);
        return new PortRange(begin, begin + size - 1);
    }

    private static Resource Ports(PortBlock ports) =>
        new() { Name = "ports", Type = Resource.RangesType, Ranges = new Ranges([ports.Offered]) };

    private static MesosAttribute Attribute(string name, string letter, int number) => new()
    {
        Name = name, Type = "TEXT", Text = new TextValue(string.Create(CultureInfo.InvariantCulture, $"{letter}{number}")),
    };
}
