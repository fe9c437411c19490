using System.Text.Json.Nodes;
using Mysos.Tests.Api;

namespace Mysos.Tests.Stack;

/// <summary>Everything that must be refused, over real HTTP, with the real scheduler behind: and nothing is changed by it.</summary>
public abstract class BadRequestStackTests(StackFixture stack)
{
    [Collection<MariaDbStack>]
    public sealed class OnMariaDb(MariaDbStack stack) : BadRequestStackTests(stack);

    [Collection<MySqlStack>]
    public sealed class OnMySql(MySqlStack stack) : BadRequestStackTests(stack);

    private StackClient Client => stack.Client;

    [Fact]
    public async Task EveryBadRequest_IsRefusedAndChangesNothing()
    {
        var (status, answer) = await Client.CurlAsync(
            "-X", "POST", "{api}/clusters/taken", "--form", "cluster_user=owner", "--form", "cluster_password=secret");
        status.ShouldBe(200, $"{answer}");
        await Client.HealthyAsync("taken", 1);
        var before = await ClustersAsync();
        var wrong = new List<string>();
        foreach (var row in new BadRequests())
        {
            var request = row.Data;
            var refused = await RawHttp.SendAsync(Client.Port, request.Method, request.Target, request.ContentType, request.BodyBytes, request.Headers);
            if (refused.Status != request.Status
                || (request.Field is not null && refused.Json.GetProperty("field").GetString() != request.Field))
                wrong.Add($"{request}: {refused.Status} {refused.Body}");
        }
        wrong.ShouldBeEmpty();
        (await ClustersAsync()).ShouldBe(before);
        (await Client.GetAsync("taken"))["events"]!.AsArray().Select(e => e!["kind"]!.GetValue<string>()).ShouldNotContain("backup_started");
        await Client.DeleteAsync("taken", "secret");
    }

    [Fact]
    public async Task Body_Of100MB_IsRefusedAtOnce()
    {
        var file = Path.Combine(stack.WorkDir, "large");
        await using (var large = File.Create(file))
            large.SetLength(100 << 20);
        var (status, body) = await Client.CurlAsync(
            "-X", "POST", $"{{api}}/clusters/{StackClient.UniqueName()}", "-H", "Content-Type: application/json", "--data-binary", $"@{file}");
        status.ShouldBe(413, $"{body}");
        File.Delete(file);
    }

    private async Task<IReadOnlyList<string>> ClustersAsync()
    {
        var (_, all) = await Client.CurlAsync("{api}/clusters");
        // Tests of other collections do not touch this stack, so only what these requests did could differ.
        return [.. all!.AsArray().Select(c => $"{c!["name"]} {c["num_nodes"]} {c["epoch"]}")];
    }
}
