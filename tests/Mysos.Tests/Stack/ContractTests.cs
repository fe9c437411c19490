using System.Text.Json.Nodes;
using MySqlConnector;

namespace Mysos.Tests.Stack;

/// <summary>The user's contract, with curl, against a whole local stack.</summary>
public abstract class ContractTests(StackFixture stack)
{
    [Collection<MariaDbStack>]
    public sealed class OnMariaDb(MariaDbStack stack) : ContractTests(stack);

    [Collection<MySqlStack>]
    public sealed class OnMySql(MySqlStack stack) : ContractTests(stack);

    private StackClient Client => stack.Client;

    [Fact]
    public async Task Create_ThreeNodes_ReplicatesAnnouncesAndIsGoneAfterDelete()
    {
        var name = StackClient.UniqueName();
        var (password, url) = await Client.CreateAsync(name, 3, "--form", """size={"mem": "512mb", "disk": "3gb", "cpus": 1.0}""");
        password.Length.ShouldBe(21);
        password.ShouldAllBe(c => char.IsAsciiLetterOrDigit(c));
        var cluster = await Client.HealthyAsync(name, 3);
        var nodes = cluster["nodes"]!.AsArray();

        nodes.Select(n => n!["agent"]!.GetValue<string>()).Distinct().Count().ShouldBe(3);
        nodes.Select(n => n!["server_id"]!.GetValue<int>()).Distinct().Count().ShouldBe(3);
        cluster["size"]!["disk"]!.GetValue<string>().ShouldBe("3gb");
        cluster["epoch"]!.GetValue<int>().ShouldBe(1);
        var master = StackClient.MasterOf(cluster);
        master["server"]!.GetValue<string>().ShouldStartWith($"{stack.Server} ");
        await StackClient.SqlAsync(master, password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (1),(2),(3)");
        foreach (var slave in StackClient.SlavesOf(cluster))
        {
            await Eventually.IsAsync(async () => await CountAsync(slave, password) == 3, TimeSpan.FromSeconds(10), () => "the rows to arrive");
            var refused = await Should.ThrowAsync<MySqlException>(() => StackClient.SqlAsync(slave, password, "INSERT INTO d.t VALUES (4)"));
            refused.Message.ShouldContain("read-only");
        }
        // Full privileges: an account of its own, from any host, that works on every instance.
        await StackClient.SqlAsync(master, password, "CREATE USER 'app'@'%' IDENTIFIED BY 'x'; GRANT SELECT ON d.* TO 'app'@'%'");

        var set = (await StackClient.ServerSetAsync(url))!;
        set["master"]!.AsObject().Count.ShouldBe(1);
        set["slaves"]!.AsObject().Count.ShouldBe(2);
        var (member, data) = set["master"]!.AsObject().Single();
        member.ShouldBe(master["member"]!.GetValue<string>());
        member.ShouldMatch("^member_[0-9]{10}$");
        data!.ToJsonString().ShouldBe(
            $$$"""{"serviceEndpoint":{"host":"{{{master["host"]}}}","port":{{{master["port"]}}}},"additionalEndpoints":{},"status":"ALIVE"}""");

        var (status, body) = await Client.CurlAsync("-X", "DELETE", $"{{api}}/cluster/{name}", "--form", $"password={password}");
        status.ShouldBe(200);
        body!["cluster_url"]!.GetValue<string>().ShouldBe(url);
        await Client.GoneAsync(name);
        (await StackClient.ServerSetAsync(url)).ShouldBeNull();
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "cluster_user=owner&cluster_password=secret-1&num_nodes=1")]
    [InlineData("application/json", """{"cluster_user":"owner","cluster_password":"secret-1","num_nodes":1,"size":{"mem":"512mb"}}""")]
    public async Task Create_OtherBodies_AreTheSame(string type, string body)
    {
        var name = StackClient.UniqueName();
        var (status, answer) = await Client.CurlAsync("-X", "POST", $"{{api}}/clusters/{name}", "-H", $"Content-Type: {type}", "-d", body);
        status.ShouldBe(200, $"{answer}");
        answer!["cluster_password"]!.GetValue<string>().ShouldBe("secret-1");
        var cluster = await Client.HealthyAsync(name, 1);
        (await StackClient.SqlAsync(StackClient.MasterOf(cluster), "secret-1", "SELECT 1")).ShouldBe(1);
        await Client.DeleteAsync(name, "secret-1");
    }

    [Fact]
    public async Task Create_SameIdempotencyKey_SameAnswer()
    {
        var name = StackClient.UniqueName();
        string[] call = ["-X", "POST", $"{{api}}/clusters/{name}", "-H", "Idempotency-Key: k-1", "--form", "cluster_user=owner"];
        var (_, first) = await Client.CurlAsync(call);
        var (status, again) = await Client.CurlAsync(call);
        status.ShouldBe(200);
        again!.ToJsonString().ShouldBe(first!.ToJsonString());
        await Client.DeleteAsync(name, first["cluster_password"]!.GetValue<string>());
    }

    [Fact]
    public async Task Create_TwoAtOnce_ExactlyOneWins()
    {
        var name = StackClient.UniqueName();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            Client.CurlAsync("-X", "POST", $"{{api}}/clusters/{name}", "--form", "cluster_user=owner")));
        answers.Count(a => a.Status == 200).ShouldBe(1, string.Join('\n', answers));
        answers.Count(a => a.Status == 409).ShouldBe(5, string.Join('\n', answers));
        await Client.DeleteAsync(name, answers.Single(a => a.Status == 200).Body!["cluster_password"]!.GetValue<string>());
    }

    [Fact]
    public async Task Delete_WhileCreating_EndsIt_AndItCanBeCreatedAgain()
    {
        var name = StackClient.UniqueName();
        var (password, _) = await Client.CreateAsync(name, 3);
        var (status, _) = await Client.CurlAsync("-X", "DELETE", $"{{api}}/clusters/{name}", "--form", $"password={password}");
        status.ShouldBe(200);
        var (during, body) = await Client.CurlAsync("-X", "POST", $"{{api}}/clusters/{name}", "--form", "cluster_user=owner");
        if (during != 200)
        {
            during.ShouldBe(409, $"{body}");
            body!["detail"]!.GetValue<string>().ShouldContain("being deleted");
            await Client.GoneAsync(name);
            (password, _) = await Client.CreateAsync(name);
        }
        else
        {
            password = body!["cluster_password"]!.GetValue<string>();
        }
        await Client.HealthyAsync(name, 1);
        await Client.DeleteAsync(name, password);
    }

    [Fact]
    public async Task Resize_GrowsAndShrinks_TheMasterStays()
    {
        var name = StackClient.UniqueName();
        var (password, url) = await Client.CreateAsync(name);
        var cluster = await Client.HealthyAsync(name, 1);
        var master = StackClient.MasterOf(cluster)["task_id"]!.GetValue<string>();
        await StackClient.SqlAsync(StackClient.MasterOf(cluster), password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (1)");

        (await PutAsync(name, password, 3)).ShouldBe(200);
        cluster = await Client.HealthyAsync(name, 3);
        foreach (var slave in StackClient.SlavesOf(cluster))
            await Eventually.IsAsync(async () => await CountAsync(slave, password) == 1, TimeSpan.FromSeconds(10), () => "the row to arrive");

        (await PutAsync(name, password, 1)).ShouldBe(200);
        cluster = await Client.HealthyAsync(name, 1);
        StackClient.MasterOf(cluster)["task_id"]!.GetValue<string>().ShouldBe(master);
        (await StackClient.ServerSetAsync(url))!["slaves"]!.AsObject().Count.ShouldBe(0);
        (await PutAsync(name, "wrong", 2)).ShouldBe(403);
        (await PutAsync(name, password, 0)).ShouldBe(400);
        await Client.DeleteAsync(name, password);
    }

    [Fact]
    public async Task Create_NoAgentFits_WaitsSaysSoAndCanBeDeleted()
    {
        var name = StackClient.UniqueName();
        var (password, _) = await Client.CreateAsync(name, 1, "--form", """size={"mem": "900gb"}""");
        JsonNode? cluster = null;
        await Eventually.IsAsync(
            async () => (cluster = await Client.GetAsync(name))["reason"]!.GetValue<string>().Contains("too little mem", StringComparison.Ordinal),
            TimeSpan.FromSeconds(20), () => $"the reason to be shown: {cluster}");
        cluster!["state"]!.GetValue<string>().ShouldBe("creating");
        await Client.DeleteAsync(name, password);
    }

    [Fact]
    public async Task List_ShowsClustersByNameInPages()
    {
        var names = Enumerable.Range(0, 3).Select(i => $"list-{i}-{StackClient.UniqueName()}").ToArray();
        var passwords = new List<string>();
        foreach (var name in names)
            passwords.Add((await Client.CreateAsync(name, 1, "--form", """size={"mem": "900gb"}""")).Password);
        var (_, all) = await Client.CurlAsync("{api}/clusters");
        all!.AsArray().Select(c => c!["name"]!.GetValue<string>()).Where(n => names.Contains(n)).ShouldBe(names);
        all[0]!.AsObject().ContainsKey("nodes").ShouldBeFalse();
        var (_, page) = await Client.CurlAsync($"{{api}}/clusters?limit=1&after={names[0]}");
        page!.AsArray().Single()!["name"]!.GetValue<string>().ShouldBe(names[1]);
        for (var i = 0; i < names.Length; i++)
            await Client.DeleteAsync(names[i], passwords[i]);
    }

    private static async Task<long> CountAsync(JsonNode node, string password)
    {
        try
        {
            return Convert.ToInt64(await StackClient.SqlAsync(node, password, "SELECT COUNT(*) FROM d.t"), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (MySqlException e) when (e.ErrorCode is MySqlErrorCode.NoSuchTable or MySqlErrorCode.UnknownDatabase)
        {
            return 0;
        }
    }

    private async Task<int> PutAsync(string name, string password, int nodes) => (await Client.CurlAsync(
        "-X", "PUT", $"{{api}}/clusters/{name}", "--form", $"num_nodes={nodes}", "--form", $"password={password}")).Status;
}
