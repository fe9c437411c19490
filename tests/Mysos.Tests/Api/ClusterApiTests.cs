using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Api;

public sealed class ClusterApiTests : IAsyncLifetime
{
    private readonly ApiHost _host = new();

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    public static TheoryData<string, Func<HttpContent>> Bodies => new()
    {
        {
            "multipart", () => new MultipartFormDataContent
            {
                { new StringContent("app"), "cluster_user" }, { new StringContent("2"), "num_nodes" },
                { new StringContent("""{"mem": "1gb", "disk": "3gb", "cpus": 1.0}"""), "size" },
                { new StringContent("foo/bar:201503122000"), "backup_id" }, { new StringContent("p&w=+ %ä"), "cluster_password" },
            }
        },
        {
            "form", () => new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["cluster_user"] = "app", ["num_nodes"] = "2", ["size"] = """{"mem": "1gb", "disk": "3gb"}""",
                ["backup_id"] = "foo/bar:201503122000", ["cluster_password"] = "p&w=+ %ä",
            })
        },
        {
            "json", () => JsonContent.Create(new
            {
                cluster_user = "app", num_nodes = 2, size = new { mem = "1gb", disk = "3gb" }, backup_id = "foo/bar:201503122000", cluster_password = "p&w=+ %ä",
            })
        },
        {
            "json of strings", () => JsonContent.Create(new
            {
                cluster_user = "app", num_nodes = "2", size = """{"mem":"1gb","disk":"3gb"}""", backup_id = "foo/bar:201503122000", cluster_password = "p&w=+ %ä",
            })
        },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Create_WithAnyKindOfBody_PassesAllFieldsOn(string kind, Func<HttpContent> body)
    {
        kind.ShouldNotBeEmpty();
        var request = new HttpRequestMessage(HttpMethod.Post, "/clusters/shop") { Content = body() };
        request.Headers.Add("Idempotency-Key", "k1");

        var answer = await _host.Http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var made = _host.Clusters.LastCreate.ShouldNotBeNull();
        made.ShouldBe(new CreateRequest
        {
            Name = "shop", User = "app", NumNodes = 2, Size = new ClusterSize(1, 1024, 3072), BackupId = "foo/bar:201503122000",
            Password = "p&w=+ %ä", IdempotencyKey = "k1",
        });
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        json.EnumerateObject().Select(p => p.Name).ShouldBe(["cluster_password", "cluster_url"]);
        json.GetProperty("cluster_password").GetString().ShouldBe("p&w=+ %ä");
    }

    [Fact]
    public async Task Create_WithOnlyAUser_HasTheDefaults()
    {
        var answer = await _host.Http.PostAsync("/cluster/small", new MultipartFormDataContent { { new StringContent("app"), "cluster_user" } });

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        _host.Clusters.LastCreate.ShouldBe(new CreateRequest { Name = "small", User = "app" });
    }

    [Theory]
    [InlineData("available", "10s", "2", ElectionPolicy.Available, 10, 2)]
    [InlineData("lossless", null, null, ElectionPolicy.Lossless, null, null)]
    [InlineData("default", "default", "default", null, null, null)]
    public async Task Create_WithItsOwnElections_PassesThemOn(string policy, string? timeout, string? ackers, ElectionPolicy? own, int? seconds, int? count)
    {
        var answer = await _host.Http.PostAsync("/clusters/shop", JsonContent.Create(new { cluster_user = "app", election_policy = policy, election_timeout = timeout, sync_replicas = ackers }));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        _host.Clusters.LastCreate.ShouldBe(new CreateRequest
        {
            Name = "shop", User = "app", ElectionPolicy = own, ElectionTimeout = seconds is { } s ? TimeSpan.FromSeconds(s) : null, SyncReplicas = count,
        });
    }

    [Theory]
    [InlineData("/clusters/taken")]
    [InlineData("/cluster/taken")]
    public async Task Delete_WithAFormAsInTheGuide_AnswersTheUrl(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Delete, path) { Content = new MultipartFormDataContent { { new StringContent("secret"), "password" } } };

        var answer = await _host.Http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("""{"cluster_url":"zk://127.0.0.1:2181/mysos/discover/taken"}""");
        _host.Clusters.Current.Clusters.ShouldBeEmpty();
    }

    [Fact]
    public async Task Resize_AndBackup_WithThePassword_AreDone()
    {
        var resized = await _host.Http.PutAsync("/clusters/taken", JsonContent.Create(new { num_nodes = 5, password = "secret" }));
        var backup = await _host.Http.PostAsync("/clusters/taken/backups", new FormUrlEncodedContent([new("password", "secret")]));

        (await resized.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("num_nodes").GetInt32().ShouldBe(5);
        (await backup.Content.ReadAsStringAsync()).ShouldBe("""{"backup_id":"taken:202601020304"}""");
        _host.Clusters.Current.Clusters["taken"].NumNodes.ShouldBe(5);
    }

    public static TheoryData<string, string, ClusterRequest, string> OtherChanges
    {
        get
        {
            const string url = "\"cluster_url\":\"zk://127.0.0.1:2181/mysos/discover/taken\"";
            return new()
            {
                { "switchover", """{"password":"secret","to":2}""", new SwitchoverRequest { Name = "taken", Password = "secret", To = 2 }, $$"""{{{url}},"from":1,"to":2}""" },
                { "switchover", """{"password":"secret"}""", new SwitchoverRequest { Name = "taken", Password = "secret" }, $$"""{{{url}},"from":1,"to":2}""" },
                { "restart", """{"password":"secret"}""", new RestartRequest { Name = "taken", Password = "secret" }, $$"""{{{url}},"nodes":[2,1]}""" },
                { "password", """{"password":"secret","new_password":"n"}""", new PasswordRequest { Name = "taken", Password = "secret", NewPassword = "n" }, $$"""{"cluster_password":"n",{{url}}}""" },
                {
                    "election", """{"password":"secret","election_policy":"available","election_timeout":"1m30s"}""",
                    new ElectionRequest { Name = "taken", Password = "secret", Policy = new(ElectionPolicy.Available), Timeout = new(TimeSpan.FromSeconds(90)) },
                    $$"""{{{url}},"election_policy":"available","election_timeout":"90s","sync_replicas":"default"}"""
                },
                {
                    "election", """{"password":"secret","election_policy":"default"}""",
                    new ElectionRequest { Name = "taken", Password = "secret", Policy = new(null) }, $$"""{{{url}},"election_policy":"default","election_timeout":"default","sync_replicas":"default"}"""
                },
                {
                    "election", """{"password":"secret","sync_replicas":"2"}""",
                    new ElectionRequest { Name = "taken", Password = "secret", SyncReplicas = new(2) }, $$"""{{{url}},"election_policy":"default","election_timeout":"default","sync_replicas":"2"}"""
                },
                { "nodes/2/promotion", """{"password":"secret","promotion":"never"}""", new PromotionRequest { Name = "taken", Password = "secret", Node = 2, Promotion = Promotion.Never }, $$"""{{{url}},"node":2,"promotion":"never"}""" },
                { "nodes/2/delay", """{"password":"secret","delay":"1h30m"}""", new DelayRequest { Name = "taken", Password = "secret", Node = 2, Delay = TimeSpan.FromMinutes(90) }, $$"""{{{url}},"node":2,"delay_seconds":5400}""" },
                { "pause", """{"password":"secret"}""", new PauseRequest { Name = "taken", Password = "secret" }, $$"""{{{url}},"paused":true}""" },
                { "resume", """{"password":"secret"}""", new ResumeRequest { Name = "taken", Password = "secret" }, $$"""{{{url}},"paused":false}""" },
                { "nodes/2/replace", """{"password":"secret","accept_data_loss":true}""", new ReplaceRequest { Name = "taken", Password = "secret", Node = 2, AcceptDataLoss = true }, $$"""{{{url}},"node":2}""" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(OtherChanges))]
    public async Task Change_WithThePassword_IsDoneAndAnswered(string call, string body, ClusterRequest asked, string answered)
    {
        var answer = await _host.Http.PostAsync($"/clusters/taken/{call}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        (await answer.Content.ReadAsStringAsync()).ShouldBe(answered);
        _host.Clusters.Last.ShouldBe(asked);
    }

    [Fact]
    public async Task DryRun_OfAChange_AnswersStepsAndAsksForNothingElse()
    {
        var request = new HttpRequestMessage(HttpMethod.Delete, "/clusters/taken?dry_run=true") { Content = JsonContent.Create(new { password = "secret" }) };

        var answer = await _host.Http.SendAsync(request);

        (await answer.Content.ReadAsStringAsync()).ShouldBe("""{"dry_run":true,"steps":["DeleteRequest of taken"]}""");
        _host.Clusters.Current.Clusters.ShouldContainKey("taken");
    }

    [Theory]
    [InlineData("/clusters/taken")]
    [InlineData("/cluster/taken")]
    public async Task Show_OfACluster_HasAllOfIt(string path)
    {
        var json = await _host.Http.GetFromJsonAsync<JsonElement>(path);

        json.EnumerateObject().Select(p => p.Name).ShouldBe(
            ["name", "user", "num_nodes", "size", "cluster_url", "state", "reason", "epoch", "version", "election", "if_master_died", "created", "paused_since", "operation", "nodes", "backups", "events"]);
        json.GetProperty("election").GetRawText().ShouldBe("""{"policy":"available","timeout":"10s","own_policy":true,"own_timeout":false,"sync_replicas":1,"own_sync_replicas":false}""");
        json.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("promotion").GetString()).ShouldBe(["neutral", "prefer"]);
        json.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("delay_seconds").GetInt32()).ShouldBe([0, 3600]);
        json.GetProperty("size").GetRawText().ShouldBe("""{"cpus":1.0,"mem":"512mb","disk":"2gb"}""");
        json.GetProperty("state").GetString().ShouldBe("healthy");
        json.GetProperty("nodes")[0].GetProperty("role").GetString().ShouldBe("master");
        json.GetProperty("backups")[0].GetProperty("backup_id").GetString().ShouldBe("taken:1");
    }

    [Fact]
    public async Task Backups_OfACluster_AreListed()
    {
        var json = await _host.Http.GetFromJsonAsync<JsonElement>("/clusters/taken/backups");

        var backup = json.EnumerateArray().ShouldHaveSingleItem();
        backup.GetProperty("backup_id").GetString().ShouldBe("taken:1");
        backup.GetProperty("state").GetString().ShouldBe("done");
        backup.GetProperty("size_bytes").GetInt64().ShouldBe(1000);
        backup.GetProperty("seconds").GetDouble().ShouldBe(1.5);
        backup.GetProperty("started").GetDateTimeOffset().Year.ShouldBe(2026);
    }

    [Fact]
    public async Task List_FollowedByItsLinks_HasEveryClusterOnceInOrder()
    {
        foreach (var name in (string[])["b", "a", "a-", "a_b", "z1", "0"])
            _host.Clusters.Put(InMemoryClusters.Cluster(name));
        var seen = new List<string>();

        for (string? next = "/clusters?limit=2"; next is not null;)
        {
            var answer = await _host.Http.GetAsync(next);
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>();
            page.GetArrayLength().ShouldBeLessThanOrEqualTo(2);
            seen.AddRange(page.EnumerateArray().Select(c => c.GetProperty("name").GetString()!));
            next = answer.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
        }

        seen.ShouldBe(["0", "a", "a-", "a_b", "b", "taken", "z1"]);
        var all = await _host.Http.GetFromJsonAsync<JsonElement>("/clusters");
        all.EnumerateArray().Select(c => c.GetProperty("name").GetString()).ShouldBe(seen);
        all[0].EnumerateObject().Select(p => p.Name).ShouldBe(
            ["name", "user", "num_nodes", "size", "cluster_url", "state", "reason", "epoch", "version", "election", "if_master_died", "created", "paused_since", "operation", "nodes_serving", "master", "worst_lag_seconds"]);
    }

    [Fact]
    public async Task List_SumsTheNodesUp()
    {
        var usual = InMemoryClusters.Cluster("usual");
        NodeView Slave(uint id, NodeState state, double? lag) => usual.Nodes[1] with { ServerId = id, State = state, LagSeconds = lag };
        _host.Clusters.Put(usual with { Nodes = [usual.Nodes[0], Slave(2, NodeState.Serving, 0.5), Slave(3, NodeState.Serving, 2.5), Slave(4, NodeState.Down, null)] });
        _host.Clusters.Put(InMemoryClusters.Cluster("headless") with { Nodes = [usual.Nodes[0] with { Role = NodeRole.None, State = NodeState.Down, LagSeconds = 9 }] });

        var sums = (await _host.Http.GetFromJsonAsync<JsonElement>("/clusters")).EnumerateArray()
            .ToDictionary(c => c.GetProperty("name").GetString()!, c => $"{c.GetProperty("nodes_serving")} {c.GetProperty("master").GetRawText()} {c.GetProperty("worst_lag_seconds").GetRawText()}");

        sums["usual"].ShouldBe("3 \"10.0.0.1:3306\" 2.5");
        sums["headless"].ShouldBe("0 null null");
    }

    [Fact]
    public async Task List_AfterAChange_ShowsIt()
    {
        (await _host.Http.GetStringAsync("/clusters")).ShouldContain("healthy");

        _host.Clusters.Put(InMemoryClusters.Cluster("taken") with { State = ClusterCondition.Degraded });

        (await _host.Http.GetStringAsync("/clusters")).ShouldContain("degraded");
        (await _host.Http.GetStringAsync("/clusters?limit=5&after=taken")).ShouldBe("[]");
    }

    [Fact]
    public async Task Fault_InTheService_IsA500WithoutItsWords()
    {
        _host.Clusters.Fault = new InvalidOperationException("hunter2");

        var answer = await _host.Http.PostAsync("/clusters/x", JsonContent.Create(new { cluster_user = "u" }));

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Refusal_OfTheService_KeepsItsStatus()
    {
        _host.Clusters.Fault = new RequestException(503, null, "Not connected to Mesos.");

        var answer = await _host.Http.PostAsync("/clusters/x", JsonContent.Create(new { cluster_user = "u" }));

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().ShouldBe("Not connected to Mesos.");
    }
}
