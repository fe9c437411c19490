using System.Net;
using Mysos.Tests.Api;

namespace Mysos.Tests.Access;

public sealed class HeaderTests(ApiHost open, LoginHost login) : IClassFixture<ApiHost>, IClassFixture<LoginHost>
{
    [Theory]
    [InlineData("/", false, HttpStatusCode.OK)]
    [InlineData("/clusters", false, HttpStatusCode.OK)]
    [InlineData("/nothing", false, HttpStatusCode.NotFound)]
    [InlineData("/login", true, HttpStatusCode.OK)]
    [InlineData("/clusters", true, HttpStatusCode.Unauthorized)]
    public async Task Answers_KeepBrowsersFromMisusingThem(string target, bool asksForLogin, HttpStatusCode status)
    {
        var host = asksForLogin ? login.Fresh() : open;
        using var answer = await host.Http.GetAsync(target);

        answer.StatusCode.ShouldBe(status);
        string Header(string name) => answer.Headers.GetValues(name).ShouldHaveSingleItem();
        Header("X-Content-Type-Options").ShouldBe("nosniff");
        Header("X-Frame-Options").ShouldBe("DENY");
        Header("Referrer-Policy").ShouldBe("no-referrer");
        Header("Cross-Origin-Opener-Policy").ShouldBe("same-origin");
        Header("Cross-Origin-Resource-Policy").ShouldBe("same-origin");
        Header("Permissions-Policy").ShouldContain("camera=()");
        var policy = Header("Content-Security-Policy").Split("; ");
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("script-src 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldContain("form-action 'self'");
        policy.ShouldContain("base-uri 'self'");
        answer.Headers.Contains("Server").ShouldBeFalse();
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
    }

    [Fact]
    public async Task LoginPage_IsKeptNowhere()
    {
        using var answer = await login.Fresh().Http.GetAsync("/login");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }
}
