using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mysos.Core.Clusters;
using Mysos.Host.Executor;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Api;

public sealed class StatusApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Vars_HaveTheNamesOfTheFirstMysos()
    {
        host.Clusters.Update(v => v with { Mesos = new MesosView { Connected = true }, Counters = v.Counters with { TasksLaunched = 7, OffersUnused = 3 } });

        var json = await host.Http.GetFromJsonAsync<JsonElement>("/vars.json");

        json.EnumerateObject().Select(p => p.Name).ShouldBe(
        [
            "scheduler.cluster_count", "scheduler.total_requested_cpus", "scheduler.total_requested_mem_mb", "scheduler.total_requested_disk_mb",
            "scheduler.framework_registered", "scheduler.uptime", "scheduler.tasks_launched", "scheduler.tasks_lost", "scheduler.tasks_finished",
            "scheduler.tasks_failed", "scheduler.tasks_killed", "scheduler.resource_offers", "scheduler.offers_incompatible_role", "scheduler.offers_unused",
        ]);
        json.EnumerateObject().ShouldAllBe(p => p.Value.ValueKind == JsonValueKind.Number);
        json.GetProperty("scheduler.total_requested_mem_mb").GetInt64().ShouldBe(1024);
        json.GetProperty("scheduler.tasks_launched").GetInt64().ShouldBe(7);
        json.GetProperty("scheduler.framework_registered").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Metrics_ShowClustersNodesAndCounters()
    {
        host.Clusters.Update(v => v with { Counters = v.Counters with { TasksLost = 5 } });

        var text = await host.Http.GetStringAsync("/metrics");

        text.ShouldMatch("""mysos_clusters\{[^}]*state="healthy"[^}]*\} 1""");
        text.ShouldMatch("""mysos_clusters\{[^}]*state="failed"[^}]*\} 0""");
        text.ShouldMatch("""mysos_nodes_serving(\{[^}]*\})? 2""");
        text.ShouldMatch("""mysos_tasks_lost_total(\{[^}]*\})? 5""");
        // Of requests that have ended before, as soon as the server has counted one.
        await Stack.Eventually.IsAsync(
            async () => (await host.Http.GetStringAsync("/metrics")).Contains("http_server_request_duration_seconds", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), () => "the durations of requests");
    }

    [Fact]
    public async Task Ready_WhileItWaits_SaysForWhat()
    {
        (await host.Http.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        host.Clusters.WaitsFor = "It is not connected to ZooKeeper.";

        var answer = await host.Http.GetAsync("/ready");

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().ShouldBe("It is not connected to ZooKeeper.");
        (await host.Http.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/health"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        host.Clusters.WaitsFor = null;
    }

    [Fact]
    public async Task OpenApi_DescribesEveryCallWithItsBodies()
    {
        var paths = (await host.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json")).GetProperty("paths");

        foreach (var (path, methods) in ((string, string[])[])[("/clusters", ["get"]), ("/clusters/{name}", ["get", "post", "put", "delete"]),
            ("/clusters/{name}/backups", ["get", "post"]), ("/clusters/{name}/events", ["get"]), ("/events", ["get"]), ("/agents", ["get"]), ("/vars.json", ["get"]), ("/health", ["get"]), ("/ready", ["get"])])
        {
            foreach (var method in methods)
                paths.GetProperty(path).TryGetProperty(method, out _).ShouldBeTrue($"{method} {path}");
        }

        paths.EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).ShouldAllBe(o => o.Value.GetProperty("summary").GetString() != "");
        paths.GetProperty("/clusters/{name}").GetProperty("post").GetProperty("summary").GetString().ShouldBe("Creates a cluster.");
        var body = paths.GetProperty("/clusters/{name}").GetProperty("post").GetProperty("requestBody").GetProperty("content");
        foreach (var kind in (string[])["multipart/form-data", "application/x-www-form-urlencoded", "application/json"])
        {
            var schema = body.GetProperty(kind).GetProperty("schema");
            schema.GetProperty("properties").EnumerateObject().Select(p => p.Name)
                .ShouldBe(["cluster_user", "num_nodes", "size", "backup_id", "cluster_password", "election_policy", "election_timeout", "sync_replicas"]);
            schema.GetProperty("required").EnumerateArray().Single().GetString().ShouldBe("cluster_user");
        }
    }

    [Theory]
    [InlineData("get", "/clusters", "200", "Link")]
    [InlineData("get", "/agents", "200", "Link")]
    [InlineData("get", "/events", "200", "Link")]
    [InlineData("get", "/clusters/{name}", "200", "ETag")]
    [InlineData("put", "/clusters/{name}", "429", "Retry-After")]
    [InlineData("put", "/clusters/{name}", "503", "Retry-After")]
    public async Task OpenApi_DescribesTheHeadersOfAnswers(string method, string path, string status, string header)
    {
        var paths = (await host.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json")).GetProperty("paths");

        var described = paths.GetProperty(path).GetProperty(method).GetProperty("responses").GetProperty(status).GetProperty("headers");

        described.EnumerateObject().Select(h => h.Name).ShouldBe([header]);
        described.GetProperty(header).GetProperty("description").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task OpenApi_OfEventStreams_DescribesHowToGoOn()
    {
        var paths = (await host.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json")).GetProperty("paths");

        paths.EnumerateObject().SelectMany(p => p.Value.EnumerateObject(), (path, operation) => (Path: path.Name, Operation: operation.Value))
            .Where(o => o.Operation.TryGetProperty("parameters", out var all) && all.EnumerateArray().Any(p => p.GetProperty("name").GetString() == "Last-Event-ID" && p.GetProperty("in").GetString() == "header"))
            .Select(o => o.Path).ShouldBe(["/clusters/{name}/events", "/events"], ignoreOrder: true);
    }

    [Fact]
    public async Task OpenApi_ExamplesOfLists_AreAsTheyAreAnswered()
    {
        var example = (await host.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json")).GetProperty("paths").GetProperty("/clusters").GetProperty("get")
            .GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("example");

        var answer = await host.Http.GetFromJsonAsync<JsonElement>("/clusters");

        example[0].EnumerateObject().Select(p => p.Name).ShouldBe(answer[0].EnumerateObject().Select(p => p.Name));
        (example[0].GetProperty("nodes_serving").GetInt32(), example[0].GetProperty("master").GetString()).ShouldBe((1, "10.0.0.12:31526"));
    }

    [Fact]
    public async Task OpenApi_ExamplesOfBodies_AreGoodRequests()
    {
        var document = await host.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        document.GetProperty("openapi").GetString().ShouldStartWith("3.1.");
        var tried = 0;
        foreach (var path in document.GetProperty("paths").EnumerateObject().Where(p => p.Name.StartsWith("/clusters/{name}")))
        {
            foreach (var operation in path.Value.EnumerateObject().Where(o => o.Value.TryGetProperty("requestBody", out _)))
            {
                var name = $"example{++tried}";
                if (operation.Name != "post" || path.Name != "/clusters/{name}")
                    host.Clusters.Put(InMemoryClusters.Cluster(name), "w9gMCkecsMh6sWsRdxNTa");
                var body = operation.Value.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("example");
                var request = new HttpRequestMessage(HttpMethod.Parse(operation.Name), path.Name.Replace("{name}", name).Replace("{node}", "2")) { Content = JsonContent.Create(body) };

                var answer = await host.Http.SendAsync(request);

                answer.StatusCode.ShouldBe(HttpStatusCode.OK, $"{operation.Name} {path.Name} {body}: {await answer.Content.ReadAsStringAsync()}");
                var example = operation.Value.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("example");
                example.EnumerateObject().Select(p => p.Name).ShouldBe((await answer.Content.ReadFromJsonAsync<JsonElement>()).EnumerateObject().Select(p => p.Name));
                host.Clusters.Update(v => v with { Clusters = v.Clusters.Remove(name) });
            }
        }
        tried.ShouldBe(13);
    }

    [Fact]
    public async Task OpenApi_ExamplesOfRefusals_AreOfTheirStatus()
    {
        var document = await host.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var problems = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject())
            .SelectMany(o => o.Value.GetProperty("responses").EnumerateObject())
            .Where(r => r.Value.TryGetProperty("content", out var content) && content.TryGetProperty("application/problem+json", out _)).ToArray();

        problems.ShouldNotBeEmpty();
        problems.ShouldAllBe(p => p.Value.GetProperty("content").GetProperty("application/problem+json").GetProperty("example").GetProperty("status").GetInt32().ToString() == p.Name);
    }

    [Fact]
    public async Task Docs_ComeWithTheirScriptAndNeedNoOtherPlace()
    {
        var page = await host.Http.GetAsync("/docs/");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        var html = await page.Content.ReadAsStringAsync();

        var nonce = Regex.Match(html, """nonce="([^"]{16,})" """.Trim()).Groups[1].Value;
        nonce.ShouldNotBeEmpty(html);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain($"script-src 'self' 'nonce-{nonce}'");
        Regex.Matches(html, "https?://[^\"' ]+").Select(m => m.Value).ShouldBeEmpty();
        foreach (Match script in Regex.Matches(html, "src=\"([^\"]+)\""))
        {
            var answer = await host.Http.GetAsync(new Uri(new Uri(host.Http.BaseAddress!, "/docs/"), script.Groups[1].Value));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, script.Groups[1].Value);
            (await answer.Content.ReadAsByteArrayAsync()).Length.ShouldBeGreaterThan(1000);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/clusters")]
    [InlineData("/nothing")]
    public async Task Pages_OtherThanTheDocs_AllowNoScriptsWithinThem(string path)
    {
        var policy = (await host.Http.GetAsync(path)).Headers.GetValues("Content-Security-Policy").Single();

        policy.ShouldContain("default-src 'none'; script-src 'self';");
        policy.ShouldNotContain("nonce");
    }

    [Fact]
    public async Task Dashboard_AndItsAssets_AreServed()
    {
        var page = await host.Http.GetAsync("/");

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        (await host.Http.GetAsync("/_framework/blazor.web.js")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await host.Http.GetAsync("/_content/MudBlazor/MudBlazor.min.css")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task ExecutorPackage_UnderItsHash_IsServedForEverUntilItChanges()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "package");
        await using var serving = new ApiHost { Package = await ExecutorPackage.OpenAsync(file) };
        await serving.InitializeAsync();
        var path = serving.Package.UrlPath;

        path.ShouldMatch("^/executor/[0-9a-f]{128}/mysos-executor.tar.gz$");
        var answer = await serving.Http.GetAsync(path);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("package");
        answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
        (await serving.Http.GetAsync(path.Replace("/executor/", "/executor/0", StringComparison.Ordinal))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var part = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Range = new(3, null) } };
        (await (await serving.Http.SendAsync(part)).Content.ReadAsStringAsync()).ShouldBe("kage");

        await File.WriteAllTextAsync(file, "another package");
        (await serving.Http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        File.Delete(file);
    }
}
