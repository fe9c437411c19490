using System.Net;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Mysos.Core.Access;
using Mysos.Tests.Api;

namespace Mysos.Tests.Access;

/// <summary>A web side with a provider, for the tests of a class; each finds them as the first did.</summary>
public sealed class OidcHost : IAsyncLifetime
{
    private OidcProvider _provider = null!;
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await OidcProvider.StartAsync();
        _host = new ApiHost { Access = _provider.Settings };
        await _host.InitializeAsync();
    }

    internal (OidcProvider, ApiHost) Fresh()
    {
        (_provider.User, _provider.Groups, _provider.GroupsAreUserInfo, _provider.WrongKey) = ("dora", ["dba"], false, null);
        _host.Clusters.Put(InMemoryClusters.Cluster("taken"));
        _host.Clusters.ForgetRequests();
        _host.Log.Clear();
        return (_provider, _host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _provider.DisposeAsync();
    }
}

/// <summary>Logging in at a provider of OpenID Connect, as a browser does it.</summary>
public sealed class OidcTests : IClassFixture<OidcHost>, IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly OidcProvider _provider;
    private readonly ApiHost _host;
    private readonly HttpClient _browser;

    public OidcTests(OidcHost oidc)
    {
        (_provider, _host) = oidc.Fresh();
        _browser = new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies, AllowAutoRedirect = true }) { BaseAddress = _host.Address };
        _browser.DefaultRequestHeaders.Add("Accept", "text/html");
    }

    public void Dispose() => _browser.Dispose();

    [Fact]
    public async Task LogIn_SendsAwayWithCookiesThatScriptsCannotRead_AndThatNoOtherSitesRequestBrings()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = _host.Address };
        using var answer = await http.GetAsync("/login/oidc");

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var cookies = answer.Headers.GetValues("Set-Cookie").ToArray();
        cookies.Length.ShouldBe(2);
        foreach (var attributes in cookies.Select(c => c.ToLowerInvariant().Split("; ")[1..]))
        {
            attributes.ShouldContain("httponly");
            attributes.ShouldContain("samesite=lax");
            attributes.ShouldContain("path=/login/oidc/callback");
        }
    }

    [Fact]
    public async Task LogIn_OfSomebodyWithARole_BeginsASessionWithIt()
    {
        (await _browser.GetStringAsync("/")).ShouldContain($"Log in with {_provider.Authority.Host}");

        using var answer = await _browser.GetAsync("/login/oidc?return=/ui/clusters/taken");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/login/done?return=%2Fui%2Fclusters%2Ftaken");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("content=\"0;url=/ui/clusters/taken\"");
        using var change = People.Request("POST", "/clusters/taken/backups", null, ("password", "secret"));
        change.Headers.Add("Sec-Fetch-Site", "same-origin");
        (await _browser.SendAsync(change)).StatusCode.ShouldBe(HttpStatusCode.OK);
        _host.Clusters.LastBy.ShouldBe(new Actor("dora (oidc)", "127.0.0.1", Role.Operator));
        _host.Log.Of(203).ShouldBe(["dora (oidc) from 127.0.0.1: logged in by OpenID Connect"]);
    }

    [Fact]
    public async Task LogIn_OfSomebodyWithoutARole_IsRefusedAndSaysWhy()
    {
        _provider.Groups = ["sales"];

        using var answer = await _browser.GetAsync("/login/oidc");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("you have no role here");
        (await _browser.GetAsync("/clusters")).RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/login");
        _host.Log.Of(204).ShouldBe(["dora (oidc) from 127.0.0.1: not logged in by OpenID Connect: no value of the claim groups leads to a role"]);
    }

    [Fact]
    public async Task LogIn_OfSomebodyWhoseRoleIsInTheUserInfo_HasIt()
    {
        (_provider.Groups, _provider.GroupsAreUserInfo) = (["sales", "boss"], true);
        using var answer = await _browser.GetAsync("/login/oidc");
        using var change = People.Request("DELETE", "/clusters/taken", null, ("password", "secret"));
        change.Headers.Add("Sec-Fetch-Site", "same-origin");

        (await _browser.SendAsync(change)).StatusCode.ShouldBe(HttpStatusCode.OK);
        _host.Clusters.LastBy!.Role.ShouldBe(Role.Admin);
    }

    [Fact]
    public async Task LogIn_WithATokenOfAnotherKey_IsRefused()
    {
        using var rsa = RSA.Create(2048);
        _provider.WrongKey = new RsaSecurityKey(rsa) { KeyId = "one" };

        using var answer = await _browser.GetAsync("/login/oidc");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("has not logged you in");
        (await _browser.GetAsync("/clusters")).RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/login");
    }

    [Fact]
    public async Task Callback_ThatNobodyAskedFor_IsRefused()
    {
        using var answer = await _browser.GetAsync("/login/oidc/callback?code=stolen&state=made-up");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        _cookies.GetCookies(_host.Address).Select(c => c.Name).ShouldNotContain("mysos");
    }

    [Fact]
    public async Task Names_AtTheProvider_CannotBeThoseOfTheFile()
    {
        _provider.User = "anna";
        using var answer = await _browser.GetAsync("/login/oidc");
        using var change = People.Request("DELETE", "/clusters/taken", null, ("password", "secret"));
        change.Headers.Add("Sec-Fetch-Site", "same-origin");

        (await _browser.SendAsync(change)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }
}
