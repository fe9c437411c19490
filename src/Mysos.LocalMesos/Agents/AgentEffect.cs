using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Agents;

/// <summary>What an agent wants done after a step, in order.</summary>
internal abstract record AgentEffect
{
    public sealed record Notify(MasterNotice Notice) : AgentEffect;
    public sealed record Send(string Stream, ExecutorEvent Event) : AgentEffect;
    /// <summary>A regular end of the stream: its terminating chunk.</summary>
    public sealed record Close(string Stream) : AgentEffect;
    /// <summary>Everything after this may rely on the agent's state being on disk.</summary>
    public sealed record Persist : AgentEffect;
    public sealed record StartContainer(ContainerId Id, FrameworkInfo Framework, ExecutorInfo Executor, IReadOnlyList<Resource> Volumes) : AgentEffect;
    /// <summary>The agent's process ends, in order.</summary>
    public sealed record End : AgentEffect;
    public sealed record LinkVolumes(ContainerId Id, IReadOnlyList<Resource> Volumes) : AgentEffect;
    public sealed record KillContainer(ContainerId Id) : AgentEffect;
    public sealed record CreateVolume(string Role, string VolumeId) : AgentEffect;
    public sealed record DestroyVolume(string Role, string VolumeId) : AgentEffect;
}
