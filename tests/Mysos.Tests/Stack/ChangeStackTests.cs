using System.Text.Json.Nodes;
using MySqlConnector;

namespace Mysos.Tests.Stack;

/// <summary>Planned changes, with curl, while clients write: no acknowledged row is lost, and nothing is done twice.</summary>
public abstract class ChangeStackTests(StackFixture stack, ITestOutputHelper output)
{
    [Collection<MariaDbStack>]
    public sealed class OnMariaDb(MariaDbStack stack, ITestOutputHelper output) : ChangeStackTests(stack, output);

    [Collection<MySqlStack>]
    public sealed class OnMySql(MySqlStack stack, ITestOutputHelper output) : ChangeStackTests(stack, output);

    private StackClient Client => stack.Client;

    [Fact]
    public async Task Switchover_UnderWriters_LosesNothingAndTheOldMasterFollows()
    {
        var name = StackClient.UniqueName();
        var (password, url) = await Client.CreateAsync(name, 3);
        var before = StackClient.MasterOf(await Client.HealthyAsync(name, 3));
        await StackClient.SqlAsync(before, password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
        await using var writers = new Writers(Client, name, password);
        await writers.AcknowledgedAsync(50);

        var (_, dry) = await PostAsync(name, "switchover?dry_run=true", password);
        dry!["dry_run"]!.GetValue<bool>().ShouldBeTrue();
        dry["steps"]!.AsArray().Count.ShouldBeGreaterThan(3);
        (await Client.GetAsync(name))["epoch"]!.GetValue<int>().ShouldBe(1);

        var (status, answer) = await PostAsync(name, "switchover", password, "-H", "Idempotency-Key: once");
        status.ShouldBe(200, $"{answer}");
        await Eventually.IsAsync(async () => (await Client.GetAsync(name))["epoch"]!.GetValue<int>() == 2, TimeSpan.FromSeconds(20), () => "the switchover");
        var cluster = await Client.HealthyAsync(name, 3);
        (await PostAsync(name, "switchover", password, "-H", "Idempotency-Key: once")).Body!.ToJsonString().ShouldBe(answer!.ToJsonString());
        await writers.AcknowledgedAsync(50);
        var (rows, outage) = await writers.StopAsync();
        output.WriteLine($"{rows.Count} rows acknowledged; {outage.TotalMilliseconds:F0} ms without one at the longest");

        var master = StackClient.MasterOf(cluster);
        master["server_id"]!.GetValue<int>().ShouldBe(answer["to"]!.GetValue<int>());
        (await Client.GetAsync(name))["epoch"]!.GetValue<int>().ShouldBe(2);
        (await Writers.MissingAsync(master, password, rows)).ShouldBeEmpty();
        (await StackClient.ServerSetAsync(url))!["master"]!.AsObject().Single().Key.ShouldBe(master["member"]!.GetValue<string>());
        var old = StackClient.SlavesOf(cluster).Single(n => n["task_id"]!.GetValue<string>() == before["task_id"]!.GetValue<string>());
        await Eventually.IsAsync(async () => (await Writers.MissingAsync(old, password, rows)).Count == 0, TimeSpan.FromSeconds(10), () => "the old master to have all rows");
        await Client.DeleteAsync(name, password);
    }

    [Fact]
    public async Task Replace_OfTheAcker_UnderWriters_TheMasterStaysAndWritesGoOn()
    {
        var name = StackClient.UniqueName();
        var (password, _) = await Client.CreateAsync(name, 3);
        var before = await Client.HealthyAsync(name, 3);
        await StackClient.SqlAsync(StackClient.MasterOf(before), password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
        await using var writers = new Writers(Client, name, password);
        await writers.AcknowledgedAsync(50);
        var acker = (await Client.GetAsync(name))["nodes"]!.AsArray().Single(n => n!["acker"]!.GetValue<bool>())!["server_id"]!.GetValue<int>();

        (await PostAsync(name, $"nodes/{acker}/replace", password)).Status.ShouldBe(200);
        JsonNode? after = null;
        await Eventually.IsAsync(async () => (after = await Client.HealthyAsync(name, 3))["nodes"]!.AsArray().All(n => n!["server_id"]!.GetValue<int>() != acker),
            TimeSpan.FromSeconds(60), () => $"node {acker} to be gone: {after}");
        await writers.AcknowledgedAsync(50);
        var (rows, outage) = await writers.StopAsync();
        output.WriteLine($"{rows.Count} rows acknowledged; {outage.TotalMilliseconds:F0} ms without one at the longest");
        after!["epoch"]!.GetValue<int>().ShouldBe(1, $"{after}");
        foreach (var node in after["nodes"]!.AsArray())
            await Eventually.IsAsync(async () => (await Writers.MissingAsync(node!, password, rows)).Count == 0, TimeSpan.FromSeconds(10), () => $"all rows on node {node}");
        await Client.DeleteAsync(name, password);
    }

    [Fact]
    public async Task Restart_AndPassword_EachNodeComesBackWithItsDataAndTheNewPassword()
    {
        var name = StackClient.UniqueName();
        var (password, _) = await Client.CreateAsync(name, 2);
        var before = await Client.HealthyAsync(name, 2);
        await StackClient.SqlAsync(StackClient.MasterOf(before), password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (7)");

        (await PostAsync(name, "restart", password)).Status.ShouldBe(200);
        await Eventually.IsAsync(
            async () => (await Client.GetAsync(name))["events"]!.AsArray().Any(e => e!["kind"]!.GetValue<string>() == "restart_done"),
            TimeSpan.FromSeconds(60), () => "the restart to be done");
        var after = await Client.HealthyAsync(name, 2);
        Tasks(after).Intersect(Tasks(before)).ShouldBeEmpty();
        after["nodes"]!.AsArray().Select(n => n!["server_id"]!.GetValue<int>()).ShouldBe([1, 2]);
        after["epoch"]!.GetValue<int>().ShouldBe(2);

        var (status, answer) = await PostAsync(name, "password", password, "--form", "new_password=an'other \"one");
        status.ShouldBe(200, $"{answer}");
        (await PostAsync(name, "restart?dry_run=true", password)).Status.ShouldBe(403);
        foreach (var node in after["nodes"]!.AsArray())
        {
            await Eventually.IsAsync(() => AcceptsAsync(node!, "an'other \"one"), TimeSpan.FromSeconds(20), () => $"the new password on node {node!["server_id"]}");
            (await AcceptsAsync(node!, password)).ShouldBeFalse();
            (await StackClient.SqlAsync(node!, "an'other \"one", "SELECT i FROM d.t")).ShouldBe(7);
        }
        await Client.HealthyAsync(name, 2);

        (await PostAsync(name, "nodes/1/replace", "an'other \"one")).Status.ShouldBe(200);
        await Eventually.IsAsync(
            async () => (await Client.GetAsync(name))["nodes"]!.AsArray().All(n => n!["server_id"]!.GetValue<int>() != 1),
            TimeSpan.FromSeconds(60), () => "node 1 to be gone");
        var replaced = await Client.HealthyAsync(name, 2);
        replaced["nodes"]!.AsArray().Select(n => n!["server_id"]!.GetValue<int>()).ShouldBe([2, 3]);
        (await StackClient.SqlAsync(StackClient.SlavesOf(replaced).Single(), "an'other \"one", "SELECT i FROM d.t")).ShouldBe(7);
        await Client.DeleteAsync(name, "an'other \"one");
    }

    private Task<(int Status, JsonNode? Body)> PostAsync(string name, string call, string password, params string[] more) =>
        Client.CurlAsync(["-X", "POST", $"{{api}}/clusters/{name}/{call}", "--form-string", $"password={password}", .. more]);

    private static IEnumerable<string> Tasks(JsonNode cluster) => cluster["nodes"]!.AsArray().Select(n => n!["task_id"]!.GetValue<string>());

    private static async Task<bool> AcceptsAsync(JsonNode node, string password)
    {
        try
        {
            await using var connection = await StackClient.OpenAsync(node, password);
            return true;
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.AccessDenied)
        {
            return false;
        }
    }
}
