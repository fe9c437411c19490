using System.Net;

namespace Mysos.LocalMesos;

/// <summary>A network namespace of an agent's own: the agent listens in it, and its executors run in it. Needs root.</summary>
/// <param name="Namespace">Its file, such as <c>/run/netns/host1</c>.</param>
/// <param name="Address">The agent's address in it, which is its hostname too.</param>
public sealed record AgentNetwork(string Namespace, IPAddress Address);
