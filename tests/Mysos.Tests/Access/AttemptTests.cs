using System.Net;
using Mysos.Host.Access.Login;
using Mysos.Tests.Api;
using Mysos.Tests.Stack;

namespace Mysos.Tests.Access;

public sealed class AttemptTests
{
    private static readonly AttemptLimits Few = new() { PerAddress = 100, PerUser = 3, PerCluster = 2, Window = TimeSpan.FromMinutes(5) };

    [Fact]
    public async Task Passwords_WrongTooOften_AreNotLookedAt_ForThatNameAlone()
    {
        await using var host = await StartAsync(Few);
        for (var i = 0; i < Few.PerUser; i++)
            (await GetAsync(host, "vera", "wrong password")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        using var throttled = await GetAsync(host, "vera");
        throttled.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        throttled.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        throttled.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), Few.Window);
        (await GetAsync(host, "otto")).StatusCode.ShouldBe(HttpStatusCode.OK);
        host.Log.Of(204).Last().ShouldBe("vera from 127.0.0.1: not logged in by password: too many attempts");
    }

    [Fact]
    public async Task Address_WithTooManyWrongOnes_IsNotListenedTo_UntilTheTimeIsOver()
    {
        await using var host = await StartAsync(Few with { PerAddress = 2, Window = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 2; i++)
            (await host.Http.SendAsync(People.Request("GET", "/clusters", People.Bearer("mysos_no")))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        (await GetAsync(host, "vera")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        await Eventually.IsAsync(
            async () => (await GetAsync(host, "vera")).StatusCode == HttpStatusCode.OK, TimeSpan.FromSeconds(30), () => "the address to be listened to again");
    }

    [Fact]
    public async Task ClusterPasswords_WrongTooOften_AreNotLookedAt()
    {
        await using var host = await StartAsync(Few);
        host.Clusters.Put(InMemoryClusters.Cluster("other"));
        for (var i = 0; i < Few.PerCluster; i++)
            (await BackUpAsync(host, "taken", "wrong")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        // No guess.
        (await BackUpAsync(host, "other", "")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        using var throttled = await BackUpAsync(host, "taken", "secret");
        throttled.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        throttled.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        (await BackUpAsync(host, "other", "secret")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void Address_OfIPv6_IsWhatOneCustomerHas()
    {
        AttemptOn.Address("2001:db8:1:2:3:4:5:6").ShouldBe(AttemptOn.Address("2001:db8:1:2::9"));
        AttemptOn.Address("2001:db8:1:2::9").ShouldNotBe(AttemptOn.Address("2001:db8:1:3::9"));
        AttemptOn.Address("10.0.0.7").Name.ShouldBe("10.0.0.7");
    }

    private static async Task<ApiHost> StartAsync(AttemptLimits limits)
    {
        var host = new ApiHost { Access = People.Settings with { Limits = limits } };
        await host.InitializeAsync();
        return host;
    }

    private static Task<HttpResponseMessage> GetAsync(ApiHost host, string name, string password = People.Password) =>
        host.Http.SendAsync(People.Request("GET", "/clusters", People.Basic(name, password)));

    private static Task<HttpResponseMessage> BackUpAsync(ApiHost host, string cluster, string password) =>
        host.Http.SendAsync(People.Request("POST", $"/clusters/{cluster}/backups", People.Bearer(People.Token), ("password", password)));
}
