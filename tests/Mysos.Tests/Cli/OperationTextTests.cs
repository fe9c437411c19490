using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Tests.Api;

namespace Mysos.Tests.Cli;

/// <summary>What is under way, at a terminal.</summary>
public sealed class OperationTextTests(ApiHost host) : IClassFixture<ApiHost>
{
    internal static OperationView Backup { get; } = new("backup shop:202601020304", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
    [
        new("it begins", StepState.Done), new("node 2 copies its data into the backup store", StepState.Current), new("it ends", StepState.Next),
    ]);

    [Fact]
    public async Task Get_SomethingUnderWay_PrintsItsSteps()
    {
        host.Clusters.Put(InMemoryClusters.Cluster("shop") with { Operation = Backup });

        var text = (await CliRun.OfAsync($"http://127.0.0.1:{host.Port}", "get", "shop")).Out;

        text.ShouldContain("""

            Under way: backup shop:202601020304, since 2026-01-02 03:04:05Z
            done     it begins
            current  node 2 copies its data into the backup store
            next     it ends

            Nodes (
            """);
    }

    [Fact]
    public async Task Get_NothingUnderWay_SaysNothingOfIt()
    {
        host.Clusters.Put(InMemoryClusters.Cluster("idle"));

        (await CliRun.OfAsync($"http://127.0.0.1:{host.Port}", "get", "idle")).Out.ShouldNotContain("Under way");
    }

    [Fact]
    public async Task Explain_ForPrograms_HasTheOperation()
    {
        host.Clusters.Put(InMemoryClusters.Cluster("json") with { Operation = Backup });

        var json = JsonDocument.Parse((await CliRun.OfAsync($"http://127.0.0.1:{host.Port}", "explain", "json", "--json")).Out).RootElement;

        json.GetProperty("operation").GetProperty("steps")[1].GetProperty("state").GetString().ShouldBe("current");
    }
}
