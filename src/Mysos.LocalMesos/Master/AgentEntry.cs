using Mysos.Core.Mesos;
using Mysos.LocalMesos.Operators;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Master;

/// <summary>What the master knows of one agent. Mutable; only the master's desks touch it.</summary>
internal sealed class AgentEntry(AgentId id)
{
    public AgentId Id { get; } = id;
    public required AgentInfo Info { get; set; }
    public required string Ip { get; set; }
    /// <summary>All resources, with reservations and volumes.</summary>
    public required ResourceBag Total { get; set; }
    public bool IsConnected { get; set; } = true;
    /// <summary>When a disconnected agent counts as unreachable.</summary>
    public TimeSpan? UnreachableAt { get; set; }
    public DurationInfo? UnreachableSince { get; set; }
    public required DateTimeOffset RegisteredAt { get; init; }
    public DateTimeOffset? ReregisteredAt { get; set; }
    /// <summary>Nothing of it is offered.</summary>
    public bool IsDeactivated { get; set; }
    /// <summary>Set while it is drained, and until it is reactivated.</summary>
    public DrainEntry? Drain { get; set; }

    public MachineId Machine => new(Info.Hostname, Ip);
    public Url Url => new()
    {
        Scheme = "http", Address = new Address { Hostname = Info.Hostname, Ip = Ip, Port = Info.Port ?? 0 }, Path = "/slave(1)",
    };

    /// <summary>The libprocess address, as error messages print it.</summary>
    public string Pid => $"slave(1)@{Ip}:{Info.Port}";
    public string Place => $"; on agent {Id} at {Pid} ({Info.Hostname})";
}
