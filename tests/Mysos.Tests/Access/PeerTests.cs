using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Access;
using Mysos.Core.Clusters;
using Mysos.Core.Security;
using Mysos.Host.Access;
using Mysos.Host.Access.Peers;
using Mysos.Tests.Api;
using Mysos.Tests.Scheduling;

namespace Mysos.Tests.Access;

/// <summary>What schedulers believe of each other.</summary>
public sealed class PeerTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private TestSchedulerHost _leader = null!;

    public async ValueTask InitializeAsync()
    {
        _leader = await TestSchedulerHost.StartAsync(People.Settings);
        _leader.Clusters.Put(InMemoryClusters.Cluster("shop"));
        _leader.Lead(term: 3);
    }

    public ValueTask DisposeAsync() => _leader.DisposeAsync();

    [Fact]
    public async Task Write_ThroughAFollower_IsDoneAsWhomItHasLetIn()
    {
        await using var follower = await FollowAsync(People.Settings);

        using var anonymous = await follower.Http.PostAsync("/clusters/new", null);
        anonymous.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var viewer = await follower.Http.SendAsync(People.Request("POST", "/clusters/new", People.Basic("vera"), ("cluster_user", "u")));
        viewer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var done = await follower.Http.SendAsync(
            People.Request("PUT", "/cluster/shop?dry_run=true", People.Basic("otto"), ("num_nodes", "3"), ("password", "secret")));
        done.StatusCode.ShouldBe(HttpStatusCode.OK);
        _leader.Clusters.LastBy.ShouldBe(new Actor("otto", "127.0.0.1", Role.Operator));
    }

    [Fact]
    public async Task Dashboard_OfAFollower_AsksAsWhoLooksAtIt()
    {
        await using var follower = await FollowAsync(People.Settings);
        var vera = new Actor("vera", "10.0.0.7", Role.Viewer);

        (await Should.ThrowAsync<RequestException>(() => follower.Service.AskAsync(
            new BackupRequest { Name = "shop", Password = "secret", By = vera }, CancellationToken.None))).Status.ShouldBe(403);
        (await Should.ThrowAsync<RequestException>(() => follower.Service.AskAsync(
            new BackupRequest { Name = "shop", Password = "secret" }, CancellationToken.None))).Status.ShouldBe(401);
        await follower.Service.AskAsync(new BackupRequest { Name = "shop", Password = "secret", By = vera with { Role = Role.Operator } }, CancellationToken.None);
        _leader.Clusters.LastBy.ShouldBe(vera with { Role = Role.Operator });
    }

    [Fact]
    public async Task Headers_ThatASenderMakesUp_AreNotPassedOn()
    {
        await using var follower = await FollowAsync(People.Settings);
        using var request = People.Request("POST", "/clusters/new", People.Basic("vera"), ("cluster_user", "u"));
        request.Headers.Add(PeerSeal.Header, Seal(RandomNumberGenerator.GetBytes(32)).Sign("POST", "/clusters/new", new Actor("anna", "10.0.0.7", Role.Admin)));

        using var answer = await follower.Http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _leader.Clusters.Last.ShouldBeNull();
    }

    [Fact]
    public async Task Follower_WithAnotherKey_IsNotBelieved()
    {
        using var key = new SchedulerKey(RandomNumberGenerator.GetBytes(SchedulerKey.Size));
        await using var follower = await TestSchedulerHost.StartAsync(People.Settings with { Key = key });
        follower.Follow(_leader.Address);

        using var answer = await follower.Http.SendAsync(People.Request("POST", "/clusters/new", People.Basic("anna"), ("cluster_user", "u")));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain("--scheduler_keypath");
        follower.View.Clusters.ShouldBeEmpty();
    }

    [Fact]
    public async Task Follower_ThatAsksForNoLogin_CannotPassAnythingOn()
    {
        await using var follower = await FollowAsync(new AccessSettings { Key = People.Key });

        using var answer = await follower.Http.SendAsync(People.Request("POST", "/clusters/new", null, ("cluster_user", "u")));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain("same --auth_file");
        _leader.Clusters.Last.ShouldBeNull();
    }

    [Theory]
    [InlineData("PUT", "/clusters/a", 0, "made for another request")]
    [InlineData("POST", "/clusters/a?dry_run=true", 0, "made for another request")]
    [InlineData("POST", "/clusters/a", 3, "clocks")]
    [InlineData("POST", "/clusters/a", -3, "clocks")]
    [InlineData("POST", "/clusters/a", 1, null)]
    public void Seal_ForOneRequestAndTime_CountsForNoOther(string method, string target, int minutes, string? problem)
    {
        var seal = Seal(new byte[32]);
        var header = seal.Sign("POST", "/clusters/a", new Actor("anna", "10.0.0.7", Role.Admin));
        var read = new PeerSeal(new byte[32], new FakeTimeProvider(_time.GetUtcNow() + TimeSpan.FromMinutes(minutes))).Read(header, method, target);

        if (problem is null)
            read.ShouldBe((new Actor("anna", "10.0.0.7", Role.Admin), null));
        else
            read.ShouldSatisfyAllConditions(r => r.By.ShouldBeNull(), r => r.Problem.ShouldNotBeNull().ShouldContain(problem));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("e30.e30")]
    [InlineData("!.!")]
    [InlineData("a.b.c")]
    public void Seal_ThatIsNone_IsRefused(string header) => Seal(new byte[32]).Read(header, "GET", "/").Problem.ShouldNotBeNull();

    private PeerSeal Seal(byte[] key) => new(key, _time);

    private async Task<TestSchedulerHost> FollowAsync(AccessSettings access)
    {
        var follower = await TestSchedulerHost.StartAsync(access);
        follower.Follow(_leader.Address);
        await follower.SeesAsync(v => v.Clusters.ContainsKey("shop"), "the leader's view");
        return follower;
    }
}
