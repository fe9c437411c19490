using System.Text.Json;
using Mysos.LocalMesos;

namespace Mysos.Tests.LocalMesos;

/// <summary>An agent that is named by an address of its own.</summary>
public sealed class AgentAddressTests : LocalMesosTestBase
{
    private const string Other = "127.0.0.2";

    private protected override LocalMesosOptions Options => base.Options with { AgentHostnames = [Other] };

    [Fact]
    public async Task Agent_NamedByAnAddress_IsThere_AndSoAreItsExecutors()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        offer.Hostname.ShouldBe(Other);
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");

        var environment = JsonSerializer.Deserialize<Dictionary<string, string>>(await scheduler.AskAsync(Agent.AgentId, "exec-t1", "env"))!;
        environment["LIBPROCESS_IP"].ShouldBe(Other);
        environment["MESOS_AGENT_ENDPOINT"].ShouldStartWith($"{Other}:");
    }
}
