using Mysos.Core.Mesos;
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
    /// <summary>It is about to leave: nothing of it is offered.</summary>
    public bool IsLeaving { get; set; }
    /// <summary>When a disconnected agent counts as unreachable.</summary>
    public TimeSpan? UnreachableAt { get; set; }
    public DurationInfo? UnreachableSince { get; set; }

    /// <summary>The libprocess address, as error messages print it.</summary>
    public string Pid => $"slave(1)@{Ip}:{Info.Port}";
    public string Place => $"; on agent {Id} at {Pid} ({Info.Hostname})";
}
