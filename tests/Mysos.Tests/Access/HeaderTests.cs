using Mysos.Tests.Api;

namespace Mysos.Tests.Access;

public sealed class HeaderTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/clusters")]
    [InlineData("/nothing")]
    public async Task Answers_KeepBrowsersFromMisusingThem(string target)
    {
        using var answer = await host.Http.GetAsync(target);

        string Header(string name) => answer.Headers.GetValues(name).ShouldHaveSingleItem();
        Header("X-Content-Type-Options").ShouldBe("nosniff");
        Header("X-Frame-Options").ShouldBe("DENY");
        Header("Referrer-Policy").ShouldBe("no-referrer");
        Header("Cross-Origin-Opener-Policy").ShouldBe("same-origin");
        Header("Permissions-Policy").ShouldContain("camera=()");
        var policy = Header("Content-Security-Policy").Split("; ");
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("script-src 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        answer.Headers.Contains("Server").ShouldBeFalse();
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
    }
}
