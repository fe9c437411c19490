using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Mysos.Core.Access;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Executor;
using Mysos.Tests.Api;

namespace Mysos.Tests.Access;

public sealed class ApiLoginTests(LoginHost login) : IClassFixture<LoginHost>
{
    private readonly ApiHost _host = login.Fresh();

    [Theory]
    [InlineData("GET", "/clusters")]
    [InlineData("GET", "/clusters/taken")]
    [InlineData("GET", "/clusters/taken/events")]
    [InlineData("GET", "/openapi/v1.json")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/vars.json")]
    [InlineData("GET", "/internal/views")]
    [InlineData("GET", "/session")]
    [InlineData("GET", "/nothing/here")]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1")]
    [InlineData("POST", "/clusters/new")]
    [InlineData("DELETE", "/clusters/taken")]
    [InlineData("PUT", "/cluster/taken")]
    public async Task Request_WithoutCredentials_Is401(string method, string target)
    {
        using var answer = await _host.Http.SendAsync(People.Request(method, target));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        answer.Headers.WwwAuthenticate.Select(h => h.Scheme).ShouldContain("Bearer");
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain("Log in");
        _host.Clusters.Last.ShouldBeNull();
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/ready")]
    [InlineData("/login")]
    [InlineData("/_content/Mysos.Dashboard/css/login.css")]
    public async Task What_NeedsNoLogin_IsServed(string target) =>
        (await _host.Http.GetAsync(target)).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Fact]
    public async Task ExecutorPackage_NeedsNoLogin()
    {
        var file = Path.GetTempFileName();
        await using var host = new ApiHost { Access = People.Settings, Package = await ExecutorPackage.OpenAsync(file) };
        await host.InitializeAsync();

        (await host.Http.GetAsync(host.Package.UrlPath)).StatusCode.ShouldBe(HttpStatusCode.OK);
        File.Delete(file);
    }

    [Theory]
    [InlineData("vera", "GET", "", HttpStatusCode.OK)]
    [InlineData("vera", "POST", "/backups", HttpStatusCode.Forbidden)]
    [InlineData("vera", "POST", "/restart?dry_run=true", HttpStatusCode.Forbidden)]
    [InlineData("vera", "DELETE", "", HttpStatusCode.Forbidden)]
    [InlineData("otto", "POST", "/backups", HttpStatusCode.OK)]
    [InlineData("otto", "POST", "/nodes/2/replace", HttpStatusCode.Forbidden)]
    [InlineData("otto", "DELETE", "", HttpStatusCode.Forbidden)]
    [InlineData("anna", "POST", "/nodes/2/replace", HttpStatusCode.OK)]
    [InlineData("anna", "DELETE", "", HttpStatusCode.OK)]
    public async Task Request_OfARole_IsDoneOrRefused(string name, string method, string path, HttpStatusCode status)
    {
        using var answer = await _host.Http.SendAsync(People.Request(
            method, $"/clusters/taken{path}", People.Basic(name), method == "GET" ? [] : [("password", "secret")]));

        answer.StatusCode.ShouldBe(status);
        if (status != HttpStatusCode.Forbidden)
            return;
        var role = EnumWords.Of(People.File.Users[name].Role);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldEndWith($"; yours is {role}.");
        _host.Clusters.Last.ShouldBeNull();
    }

    [Fact]
    public async Task Change_OfAnAdmin_StillNeedsTheClustersPassword()
    {
        using var answer = await _host.Http.SendAsync(People.Request("DELETE", "/clusters/taken", People.Basic("anna"), ("password", "wrong")));

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString().ShouldBe("password");
    }

    [Fact]
    public async Task Token_CountsAsItsRole_AndIsNamedAsWhoAsked()
    {
        using var created = await _host.Http.SendAsync(People.Request("POST", "/clusters/new", People.Bearer(People.Token), ("cluster_user", "u")));

        created.StatusCode.ShouldBe(HttpStatusCode.OK);
        _host.Clusters.LastBy.ShouldBe(new Actor("token ci", "127.0.0.1", Role.Operator));
    }

    [Theory]
    [InlineData("Basic", "anna:wrong password")]
    [InlineData("Basic", "nobody:correct horse battery")]
    [InlineData("Basic", "anna")]
    [InlineData("Basic", "anna:")]
    [InlineData("Bearer", "mysos_wrong")]
    [InlineData("Digest", "anna")]
    public async Task Request_WithWrongCredentials_Is401AndSaysSo(string scheme, string value)
    {
        var credentials = new System.Net.Http.Headers.AuthenticationHeaderValue(
            scheme, scheme == "Basic" ? Convert.ToBase64String(Encoding.UTF8.GetBytes(value)) : value);
        using var answer = await _host.Http.SendAsync(People.Request("GET", "/clusters", credentials));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var said = await answer.Content.ReadAsStringAsync();
        said.ShouldMatch("is wrong|none that is known|Authorization header");
        said.ShouldNotContain("horse");
    }

    [Fact]
    public async Task Browser_ThatOpensAPage_IsLedToTheLoginPage()
    {
        using var request = People.Request("GET", "/ui/clusters/taken?x=1");
        request.Headers.Add("Sec-Fetch-Mode", "navigate");
        using var answer = await _host.Http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.ToString().ShouldBe("/login?return=%2Fui%2Fclusters%2Ftaken%3Fx%3D1");
    }

    [Fact]
    public async Task Browser_WhoseScriptAsks_GetsNoPromptForAPassword()
    {
        using var request = People.Request("GET", "/clusters");
        request.Headers.Add("Sec-Fetch-Mode", "cors");
        using var answer = await _host.Http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.Select(h => h.Scheme).ShouldBe(["Bearer"]);
    }

    [Fact]
    public async Task Metrics_WithOpenMetrics_NeedNoLogin()
    {
        await using var host = new ApiHost { Access = People.Settings with { OpenMetrics = true } };
        await host.InitializeAsync();

        foreach (var target in (string[])["/metrics", "/vars.json"])
        {
            (await host.Http.GetAsync(target)).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await _host.Http.SendAsync(People.Request("GET", target, People.Basic("vera")))).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        (await host.Http.GetAsync("/clusters")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task OpenApi_DescribesHowToLogIn()
    {
        using var answer = await _host.Http.SendAsync(People.Request("GET", "/openapi/v1.json", People.Basic("vera")));
        var document = await answer.Content.ReadFromJsonAsync<JsonElement>();

        document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(s => s.Name).ShouldBe(["basic", "bearer"], ignoreOrder: true);
        document.GetProperty("security").GetArrayLength().ShouldBe(2);
        var responses = document.GetProperty("paths").GetProperty("/clusters/{name}").GetProperty("delete").GetProperty("responses");
        foreach (var status in (string[])["401", "403", "429"])
            responses.TryGetProperty(status, out _).ShouldBeTrue(status);
    }

    [Fact]
    public async Task InternalPages_AreForSchedulersOnly() =>
        (await _host.Http.SendAsync(People.Request("GET", "/internal/views", People.Basic("anna")))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

    [Fact]
    public async Task User_WhoIsTakenOutOfTheFile_IsRefusedFromThenOn()
    {
        using var file = new AuthFile(People.Yaml);
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var host = new ApiHost { Access = file.Settings, Time = time };
        await host.InitializeAsync();
        (await host.Http.SendAsync(People.Request("GET", "/clusters", People.Basic("vera")))).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var events = await host.Http.SendAsync(
            People.Request("GET", "/clusters/taken/events", People.Basic("vera")), HttpCompletionOption.ResponseHeadersRead);
        events.StatusCode.ShouldBe(HttpStatusCode.OK);
        var reading = events.Content.ReadAsStringAsync();

        file.Write(People.Yaml.Replace("vera", "zoe", StringComparison.Ordinal));
        time.Advance(Host.Access.Files.FileChanges.Interval);

        (await host.Http.SendAsync(People.Request("GET", "/clusters", People.Basic("vera")))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.Http.SendAsync(People.Request("GET", "/clusters", People.Basic("zoe")))).StatusCode.ShouldBe(HttpStatusCode.OK);
        // What she was reading has ended too.
        (await reading.WaitAsync(TimeSpan.FromSeconds(30))).ShouldContain("The cluster was created.");
    }
}
