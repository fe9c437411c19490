using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Tests.Access;

namespace Mysos.Tests.Api;

/// <summary><c>GET /agents</c>.</summary>
public sealed class AgentsApiTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Moment = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly ApiHost _host = new();

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        _host.Clusters.Update(v => v with
        {
            Agents =
            [
                new AgentView
                {
                    Id = "S1", Hostname = "h1", Address = "10.0.0.1:5051", Offered = new(4, 1024, 600), Reserved = new(1, 0, 500), OfferedAt = Moment,
                    Used = new(2.2, 1088, 4096), Volumes = 2, Nodes = 2, Zone = "z", Draining = true, MaintenanceStart = Moment,
                },
                new AgentView { Id = "S0", Hostname = "h0", Reachable = false },
                new AgentView { Id = "S2", Hostname = "h2" },
            ],
        });
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task List_FollowedByItsLinks_HasEveryAgentOnceById()
    {
        var seen = new List<string>();
        for (string? next = "/agents?limit=2"; next is not null;)
        {
            var answer = await _host.Http.GetAsync(next);
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>();
            page.GetArrayLength().ShouldBeLessThanOrEqualTo(2);
            seen.AddRange(page.EnumerateArray().Select(a => a.GetProperty("id").GetString()!));
            next = answer.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
        }

        seen.ShouldBe(["S0", "S1", "S2"]);
        (await _host.Http.GetStringAsync("/agents?after=S2")).ShouldBe("[]");
    }

    [Fact]
    public async Task Agent_HasWhatWasOfferedWhatIsUsedAndItsNodes()
    {
        var taken = _host.Clusters.Current.Clusters["taken"];
        _host.Clusters.Put(taken with { Nodes = [.. taken.Nodes.Select((n, i) => n with { Agent = $"S{i + 1}" })] });

        var agents = await _host.Http.GetFromJsonAsync<JsonElement>("/agents");

        agents[1].GetRawText().ShouldBe(
            """
            {"id":"S1","hostname":"h1","address":"10.0.0.1:5051","zone":"z","reachable":true,"draining":true,"maintenance_start":"2026-01-02T03:04:05+00:00",
            "offered":{"cpus":4,"mem_mb":1024,"disk_mb":600},"reserved":{"cpus":1,"mem_mb":0,"disk_mb":500},"offered_at":"2026-01-02T03:04:05+00:00",
            "used":{"cpus":2.2,"mem_mb":1088,"disk_mb":4096},"volumes":2,"nodes":[{"cluster":"taken","server_id":1,"role":"master","state":"serving"}]}
            """.ReplaceLineEndings(""));
        agents[0].GetProperty("reachable").GetBoolean().ShouldBeFalse();
        agents[0].GetProperty("offered").ValueKind.ShouldBe(JsonValueKind.Null);
        agents[2].GetProperty("nodes")[0].GetProperty("role").GetString().ShouldBe("slave");
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("after=a&after=b", "after")]
    public async Task BadPage_Is400(string query, string field)
    {
        var answer = await _host.Http.GetAsync("/agents?" + query);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString().ShouldBe(field);
    }

    [Fact]
    public async Task Description_HasItWithAnExample()
    {
        var document = await _host.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        var example = document.GetProperty("paths").GetProperty("/agents").GetProperty("get").GetProperty("responses").GetProperty("200")
            .GetProperty("content").GetProperty("application/json").GetProperty("example");
        example[0].GetProperty("nodes")[0].GetProperty("cluster").GetString().ShouldBe("shop");
    }

    [Fact]
    public async Task Viewer_MaySeeThem()
    {
        await using var host = new ApiHost { Access = People.Settings };
        await host.InitializeAsync();

        (await host.Http.SendAsync(People.Request("GET", "/agents"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.Http.SendAsync(People.Request("GET", "/agents", People.Basic("vera")))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
