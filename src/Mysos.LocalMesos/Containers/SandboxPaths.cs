using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Containers;

/// <summary>Where an agent keeps things, as Mesos lays its work directory out.</summary>
internal sealed record SandboxPaths(string WorkDirectory, AgentId AgentId)
{
    public string Record => Path.Combine(WorkDirectory, "agent.json");
    public string FetcherCache => Path.Combine(WorkDirectory, "fetch");
    public string Trash => Path.Combine(WorkDirectory, "trash");
    public string Executors(FrameworkId framework) =>
        Path.Combine(WorkDirectory, "slaves", AgentId.Value, "frameworks", framework.Value, "executors");

    public string Sandbox(FrameworkId framework, ExecutorId executor, ContainerId container) =>
        Path.Combine(Executors(framework), executor.Value, "runs", container.Value);

    public string Volume(string role, string id) =>
        // A role of several levels is one directory, as in Mesos.
        Path.Combine(WorkDirectory, "volumes", "roles", role.Replace('/', ' '), id);
}
