using Mysos.Core.Mesos;
using Mysos.LocalMesos.Operators;

namespace Mysos.LocalMesos.Master;

/// <summary>What masters keep for those that lead after them (Mesos' replicated log).</summary>
/// <param name="Agents">Those that were admitted and have not left.</param>
/// <param name="GoneAgents">Those that will never be back.</param>
/// <param name="Schedule">The maintenance schedule.</param>
/// <param name="DownMachines">The machines in it that are down.</param>
internal sealed record MasterRegistry(
    IReadOnlyCollection<AgentId> Agents, IReadOnlyCollection<AgentId> GoneAgents, IReadOnlyList<MaintenanceWindow> Schedule,
    IReadOnlyCollection<MachineId> DownMachines)
{
    public static readonly MasterRegistry Empty = new([], [], [], []);
}
