using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Mysos.Host.Access;
using Mysos.Host.Access.Files;
using Mysos.Host.Commands;
using Mysos.Host.Tls;
using Mysos.Tests.Api;
using Mysos.Tests.Scheduling;

namespace Mysos.Tests.Access;

public sealed class TlsTests : IDisposable
{
    private readonly Certificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task Answers_OverTls_TellBrowsersToStayThere_AndCookiesToo()
    {
        await using var host = await StartAsync(People.Settings);
        using var client = Client(host);

        using var health = await client.GetAsync("/health");
        health.StatusCode.ShouldBe(HttpStatusCode.OK);
        health.Headers.GetValues("Strict-Transport-Security").Single().ShouldBe("max-age=31536000");
        using var request = People.Request("POST", "/login", null, ("name", "vera"), ("password", People.Password));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var login = await client.SendAsync(request);
        login.Headers.GetValues("Set-Cookie").Single().ShouldSatisfyAllConditions(c => c.ShouldStartWith("__Host-mysos="), c => c.ShouldContain("; secure"));
        using var page = People.Request("GET", "/");
        page.Headers.Add("Cookie", login.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        using var dashboard = await client.SendAsync(page);
        foreach (var cookie in dashboard.Headers.GetValues("Set-Cookie"))
            cookie.ShouldSatisfyAllConditions(c => c.ShouldStartWith("__Host-"), c => c.ShouldContain("; secure"), c => c.ShouldContain("; httponly"), c => c.ShouldContain("samesite=strict"));
    }

    [Fact]
    public async Task Certificate_ThatChanges_IsServedFromThenOn_AWrongOneIsNot()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await StartAsync(new AccessSettings(), time);
        (await SubjectAsync(host.Port)).ShouldBe("CN=first");

        File.WriteAllText(_certificates.CertFile, "no certificate");
        time.Advance(FileChanges.Interval);
        (await SubjectAsync(host.Port)).ShouldBe("CN=first");
        host.Log.Of(231).Single().ShouldContain(_certificates.CertFile);

        _certificates.Issue("second");
        time.Advance(FileChanges.Interval);
        (await SubjectAsync(host.Port)).ShouldBe("CN=second");
    }

    [Fact]
    public async Task PlainPort_ServesWhatHasNoSecrets_AndNothingElse()
    {
        var port = Stack.MysosProcess.FreePort();
        await using var host = new ApiHost { Access = new AccessSettings(), Tls = _certificates.Settings(port) };
        await host.InitializeAsync();
        using var plain = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        (await plain.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await plain.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await plain.GetAsync("/executor/0/mysos-executor.tar.gz")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        foreach (var target in (string[])["/", "/clusters", "/metrics", "/login", "/internal/views"])
            (await plain.GetAsync(target)).StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
    }

    [Fact]
    public async Task Client_WithTheCaAndAToken_IsLetIn_WithoutTheCaItDoesNotAsk()
    {
        await using var host = await StartAsync(People.Settings);

        var (code, output, error) = await RunAsync(host, new() { ["MYSOS_TOKEN"] = People.Token }, "list", "--ca", _certificates.CaFile);
        code.ShouldBe(0, error);
        output.ShouldContain("taken");
        (await RunAsync(host, new() { ["MYSOS_CA"] = _certificates.CaFile }, "list")).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(1), r => r.Error.ShouldContain("Log in"));
        (await RunAsync(host, new() { ["MYSOS_TOKEN"] = People.Token }, "list")).Code.ShouldBe(ExitCodes.Unreachable);
        (await RunAsync(host, [], "list", "--ca", _certificates.KeyFile)).ShouldSatisfyAllConditions(
            r => r.Code.ShouldBe(ExitCodes.Usage), r => r.Error.ShouldContain(_certificates.KeyFile));
    }

    [Fact]
    public async Task Follower_OverTls_FollowsALeaderWhoseCaItKnows()
    {
        var ca = new PeerAuthorities(TlsFiles.LoadAuthorities(_certificates.CaFile));
        await using var leader = await TestSchedulerHost.StartAsync(People.Settings, _certificates.Settings(), ca);
        leader.Clusters.Put(InMemoryClusters.Cluster("shop"));
        leader.Lead(term: 3);
        await using var follower = await TestSchedulerHost.StartAsync(People.Settings, _certificates.Settings(), ca);
        follower.Follow(leader.Address);

        await follower.SeesAsync(v => v.Clusters.ContainsKey("shop"), "the leader's view");
        using var done = await follower.Http.SendAsync(People.Request("POST", "/clusters/shop/backups", People.Basic("otto"), ("password", "secret")));
        done.StatusCode.ShouldBe(HttpStatusCode.OK);
        leader.Clusters.LastBy!.Name.ShouldBe("otto");
    }

    [Theory]
    [InlineData("no PEM")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void LoadServer_OfWhatIsNoCertificate_NamesBothFiles(string text)
    {
        File.WriteAllText(_certificates.CertFile, text);

        Should.Throw<InvalidDataException>(() => TlsFiles.LoadServer(_certificates.CertFile, _certificates.KeyFile)).Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain(_certificates.CertFile), m => m.ShouldContain(_certificates.KeyFile));
    }

    [Fact]
    public void LoadServer_OfAKeyThatOthersCanRead_IsRefused()
    {
        File.SetUnixFileMode(_certificates.KeyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        Should.Throw<InvalidDataException>(() => TlsFiles.LoadServer(_certificates.CertFile, _certificates.KeyFile)).Message.ShouldContain("chmod 640");
    }

    private async Task<ApiHost> StartAsync(AccessSettings access, TimeProvider? time = null)
    {
        var host = new ApiHost { Access = access, Tls = _certificates.Settings(), Time = time };
        await host.InitializeAsync();
        return host;
    }

    private HttpClient Client(ApiHost host) => new(new SocketsHttpHandler
    {
        SslOptions = TlsFiles.ClientOptions(TlsFiles.LoadAuthorities(_certificates.CaFile)), AllowAutoRedirect = false, UseCookies = false,
    })
    { BaseAddress = host.Address };

    private async Task<string> SubjectAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(client.GetStream());
        var options = TlsFiles.ClientOptions(TlsFiles.LoadAuthorities(_certificates.CaFile));
        options.TargetHost = "127.0.0.1";
        await tls.AuthenticateAsClientAsync(options);
        return tls.RemoteCertificate!.Subject;
    }

    private static async Task<(int Code, string Out, string Error)> RunAsync(ApiHost host, Dictionary<string, string> environment, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var io = new CommandIo(output, error, TextReader.Null, environment, TimeProvider.System);
        var code = await CommandLineApp.RunAsync([.. arguments, "--api", host.Address.ToString()], io);
        return (code, output.ToString(), error.ToString());
    }
}
