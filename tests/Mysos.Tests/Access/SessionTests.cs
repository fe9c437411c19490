using System.Net;
using Microsoft.Extensions.Time.Testing;
using Mysos.Host.Access;
using Mysos.Host.Access.Files;
using Mysos.Host.Access.Sessions;
using Mysos.Tests.Api;

namespace Mysos.Tests.Access;

public sealed class SessionTests(LoginHost login) : IClassFixture<LoginHost>
{
    private readonly ApiHost _host = login.Fresh();
    private readonly FakeTimeProvider _time = login.Time;

    [Fact]
    public async Task LogIn_WithTheRightPassword_SetsACookieForThisSiteAlone_AndLeadsBack()
    {
        using var answer = await LogInAsync("vera", back: "/ui/clusters/taken");

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.ToString().ShouldBe("/ui/clusters/taken");
        var attributes = SetCookie(answer).Split("; ")[1..];
        attributes.ShouldBe(["path=/", "samesite=strict", "httponly"], ignoreOrder: true);
        _host.Log.Of(203).ShouldBe(["vera from 127.0.0.1: logged in by login page"]);
        (await GetAsync("/clusters", Cookie(answer))).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task LogIn_NeverLeadsToAnotherSite(string back) =>
        (await LogInAsync("vera", back: back)).Headers.Location!.ToString().ShouldBe("/");

    [Fact]
    public async Task LogIn_WithAWrongPassword_ShowsThePageAgain_WithoutIt()
    {
        using var answer = await LogInAsync("vera", "hunter2 hunter2");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var page = await answer.Content.ReadAsStringAsync();
        page.ShouldContain("The name or the password is wrong.");
        page.ShouldContain("value=\"vera\"");
        page.ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("X-Nothing", "at all")]
    public async Task LogIn_FromAnotherPageThanTheLoginPage_IsRefused(string header, string value)
    {
        using var request = People.Request("POST", "/login", null, ("name", "vera"), ("password", People.Password));
        request.Headers.Add(header, value);
        using var answer = await _host.Http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "https://elsewhere.example", HttpStatusCode.Forbidden)]
    [InlineData("X-Nothing", "at all", HttpStatusCode.Forbidden)]
    public async Task Change_WithACookie_MustComeFromThisSite(string header, string value, HttpStatusCode status)
    {
        using var login = await LogInAsync("otto");
        using var request = People.Request("POST", "/clusters/taken/backups", null, ("password", "secret"));
        request.Headers.Add("Cookie", Cookie(login));
        request.Headers.Add(header, value);

        (await _host.Http.SendAsync(request)).StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task LiveConnection_ThatAnotherSiteOpens_IsRefused()
    {
        using var login = await LogInAsync("otto");
        using var request = People.Request("GET", "/_blazor?id=x");
        request.Headers.Add("Cookie", Cookie(login));
        request.Headers.Add("Origin", "https://elsewhere.example");
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add("Upgrade", "websocket");

        (await _host.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task LogOut_EndsTheSession_AlsoForCopiesOfTheCookie()
    {
        using var login = await LogInAsync("vera");
        using var request = OwnSite(People.Request("POST", "/logout"));
        request.Headers.Add("Cookie", Cookie(login));
        using var answer = await _host.Http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        SetCookie(answer).ShouldContain("expires=Thu, 01 Jan 1970");
        (await GetAsync("/clusters", Cookie(login))).ShouldBe(HttpStatusCode.Unauthorized);
        _host.Log.Of(205).ShouldBe(["vera from 127.0.0.1: logged out"]);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("X-Nothing", "at all")]
    public async Task LogOut_FromAnotherSite_IsRefused_AndTheSessionGoesOn(string header, string value)
    {
        using var login = await LogInAsync("vera");
        using var request = People.Request("POST", "/logout");
        request.Headers.Add("Cookie", Cookie(login));
        request.Headers.Add(header, value);

        (await _host.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync("/clusters", Cookie(login))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Session_Unused_Ends()
    {
        using var login = await LogInAsync("vera");
        _time.Advance(SessionRules.Idle - TimeSpan.FromSeconds(1));
        (await GetAsync("/clusters", Cookie(login))).ShouldBe(HttpStatusCode.OK);
        _time.Advance(TimeSpan.FromSeconds(2));

        (await GetAsync("/clusters", Cookie(login))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Session_InUse_IsRenewed_ButNotForEver()
    {
        using var login = await LogInAsync("vera");
        var cookie = Cookie(login);
        var began = _time.GetUtcNow();
        while (_time.GetUtcNow() - began + TimeSpan.FromMinutes(20) < SessionRules.Longest)
        {
            _time.Advance(TimeSpan.FromMinutes(20));
            using var request = People.Request("GET", "/session");
            request.Headers.Add("Cookie", cookie);
            using var renewed = await _host.Http.SendAsync(request);
            renewed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            cookie = Cookie(renewed);
        }
        _time.Advance(TimeSpan.FromMinutes(20));

        (await GetAsync("/clusters", cookie)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Session_FollowsTheFile()
    {
        using var file = new AuthFile(People.Yaml);
        await using var host = new ApiHost { Access = file.Settings, Time = _time };
        await host.InitializeAsync();
        using var vera = await LogInAsync("vera", host: host);
        using var otto = await LogInAsync("otto", host: host);
        var other = Host.Access.Login.PasswordHashes.Hash("another password");
        file.Write($$"""
            users:
              - { name: vera, role: operator, password: {{People.PasswordHash}} }
              - { name: otto, role: operator, password: {{other}} }
            """);
        _time.Advance(FileChanges.Interval);

        // Another role counts at once; another password ends the sessions of before.
        using var request = OwnSite(People.Request("POST", "/clusters/taken/backups", null, ("password", "secret")));
        request.Headers.Add("Cookie", Cookie(vera));
        (await host.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/clusters", Cookie(otto), host)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Cookie_OfOneScheduler_CountsOnAnotherWithItsKey_AndOnNoOther()
    {
        using var login = await LogInAsync("vera");
        await using var second = new ApiHost { Access = People.Settings, Time = _time };
        await second.InitializeAsync();
        using var key = new Core.Security.SchedulerKey(new byte[32]);
        await using var stranger = new ApiHost { Access = People.Settings with { Key = key }, Time = _time };
        await stranger.InitializeAsync();

        (await GetAsync("/clusters", Cookie(login), second)).ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/clusters", Cookie(login), stranger)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task LoginPage_WhereNoneIsAskedFor_IsNotThere()
    {
        await using var open = new ApiHost();
        await open.InitializeAsync();

        (await open.Http.GetAsync("/login")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await open.Http.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task ProxyThatIsTrusted_IsBelievedWhomItSpeaksFor_AndAnotherIsNot()
    {
        await using var behind = new ApiHost { Access = People.Settings with { TrustedProxies = [IPAddress.Loopback] } };
        await behind.InitializeAsync();
        foreach (var host in (ApiHost[])[behind, _host])
        {
            using var request = People.Request("GET", "/clusters", People.Basic("vera", "wrong password"));
            request.Headers.Add("X-Forwarded-For", "10.9.8.7");
            await host.Http.SendAsync(request);
        }
        behind.Log.Of(204).Single().ShouldStartWith("vera from 10.9.8.7:");
        _host.Log.Of(204).Single().ShouldStartWith("vera from 127.0.0.1:");

        using var login = OwnSite(People.Request("POST", "/login", null, ("name", "vera"), ("password", People.Password)));
        login.Headers.Add("X-Forwarded-Proto", "https");
        SetCookie(await behind.Http.SendAsync(login)).ShouldContain("; secure");
    }

    private Task<HttpResponseMessage> LogInAsync(string name, string password = People.Password, string back = "/", ApiHost? host = null) =>
        (host ?? _host).Http.SendAsync(OwnSite(People.Request("POST", "/login", null, ("name", name), ("password", password), ("return", back))));

    private async Task<HttpStatusCode> GetAsync(string target, string cookie, ApiHost? host = null)
    {
        using var request = People.Request("GET", target);
        request.Headers.Add("Cookie", cookie);
        using var answer = await (host ?? _host).Http.SendAsync(request);
        return answer.StatusCode;
    }

    private static HttpRequestMessage OwnSite(HttpRequestMessage request)
    {
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        return request;
    }

    private static string SetCookie(HttpResponseMessage answer) => answer.Headers.GetValues("Set-Cookie").Single();

    private static string Cookie(HttpResponseMessage answer) => SetCookie(answer).Split(';')[0];
}
