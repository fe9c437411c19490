using System.Text.Json.Nodes;
using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Master;

/// <summary>What the master wants done after a step, in order.</summary>
internal abstract record MasterEffect
{
    public sealed record Send(string Stream, SchedulerEvent Event) : MasterEffect;
    public sealed record SendToOperator(string Stream, JsonObject Event) : MasterEffect;
    /// <summary>A regular end of the stream: its terminating chunk.</summary>
    public sealed record Close(string Stream) : MasterEffect;
    public sealed record Tell(AgentId AgentId, AgentCommand Command) : MasterEffect;
}
