using System.Net;
using Mysos.Core.Protocol;
using Mysos.Core.Security;
using Mysos.Core.ZooKeeper;
using Mysos.Host.Access;
using Mysos.Host.Executor;
using Mysos.Host.Options;
using Mysos.Host.Scheduler;
using Mysos.Tests.Access;

namespace Mysos.Tests.Options;

public sealed class AccessOptionsTests : IDisposable
{
    private static readonly HostFacts Machine = new("host1", "ops", "/tmp", "/home/ops/.local/state", null);
    private readonly Certificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public void Options_AboutAccess_AreRead()
    {
        var options = Read(
            ("auth_file", "/a"), ("open_metrics", "true"), ("trusted_proxies", "10.0.0.1, ::1"), ("tls_cert", "/c"), ("tls_key", "/k"), ("tls_ca", "/ca"),
            ("plain_port", "8080"), ("oidc_authority", "https://login.example.com/r"), ("oidc_client_id", "m"), ("oidc_client_secret_file", "/s")).Options.ShouldNotBeNull().Scheduler;

        options.TrustedProxies.ShouldBe([IPAddress.Parse("10.0.0.1"), IPAddress.IPv6Loopback]);
        (options.AuthFile, options.OpenMetrics, options.Scheme, options.PlainPort, options.OidcAuthority!.Host).ShouldBe(("/a", true, "https", 8080, "login.example.com"));
        Read().Options!.Scheduler.ShouldSatisfyAllConditions(o => o.AuthFile.ShouldBeNull(), o => o.Scheme.ShouldBe("http"), o => o.TrustedProxies.ShouldBeEmpty());
    }

    [Theory]
    [InlineData("tls_cert", "/c", "--tls_cert: it needs --tls_key too.")]
    [InlineData("tls_key", "/k", "--tls_key: it needs --tls_cert too.")]
    [InlineData("plain_port", "80", "--plain_port: it needs --tls_cert too.")]
    [InlineData("plain_port", "x", "--plain_port: 'x' is not a whole number")]
    [InlineData("open_metrics", "true", "--open_metrics: it needs --auth_file too.")]
    [InlineData("trusted_proxies", "10.0.0.1,proxy", "--trusted_proxies: 'proxy' is not an IP address")]
    [InlineData("oidc_authority", "https://l.example", "--oidc_authority: it needs --auth_file too.")]
    [InlineData("oidc_authority", "http://l.example", "--oidc_authority: 'http://l.example' is not an address such as https://")]
    [InlineData("oidc_role_claim", "groups", "--oidc_role_claim: it needs --oidc_authority too.")]
    public void Options_ThatAreWrongOrAlone_AreNamed(string name, string value, string problem) =>
        Read((name, value)).Problems.ShouldContain(p => p.StartsWith(problem, StringComparison.Ordinal));

    [Fact]
    public void Files_ThatAreWrong_AreToldOfTogether()
    {
        using var file = new AuthFile("users: [ { name: anna, role: king } ]");
        var options = Read(("auth_file", file.Path), ("tls_cert", "/absent/cert"), ("tls_key", _certificates.KeyFile), ("tls_ca", "/absent/ca"),
            ("oidc_authority", "https://l.example"), ("oidc_client_id", "m"), ("oidc_client_secret_file", "/absent/secret")).Options!.Scheduler;

        var read = AccessFiles.Load(options, null);

        read.Options.ShouldBeNull();
        read.Problems.Select(p => p.Split(':')[0]).Distinct().ShouldBe(["--auth_file", "--tls_cert", "--tls_ca", "--oidc_client_secret_file"]);
        read.Problems.ShouldContain($"--auth_file: '{file.Path}', line 1: user 'anna': there is no role 'king'; roles are viewer, operator, admin.");
        read.Problems.ShouldContain(p => p.Contains("/absent/cert", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_ThatAreRight_AreLoaded()
    {
        using var file = new AuthFile(People.Yaml);
        using var key = new SchedulerKey(new byte[32]);
        var options = Read(("auth_file", file.Path), ("tls_cert", _certificates.CertFile), ("tls_key", _certificates.KeyFile), ("tls_ca", _certificates.CaFile)).Options!.Scheduler;

        var read = AccessFiles.Load(options, key);

        read.Problems.ShouldBeEmpty();
        read.Options.ShouldNotBeNull().ShouldSatisfyAllConditions(
            a => a.Access.File!.Users.Count.ShouldBe(3), a => a.Access.Key.ShouldBe(key), a => a.Tls!.First.TargetCertificate.Subject.ShouldBe("CN=first"),
            a => a.Peers.Authorities!.Count.ShouldBe(1));
    }

    [Fact]
    public void Oidc_WithoutRolesInTheFile_IsRefused()
    {
        using var file = new AuthFile($"users: [ {{ name: anna, role: admin, password: {People.PasswordHash} }} ]");
        var options = Read(("auth_file", file.Path), ("oidc_authority", "https://l.example"), ("oidc_client_id", "m"), ("oidc_client_secret_file", file.Path)).Options!.Scheduler;

        AccessFiles.Load(options, null).Problems.ShouldHaveSingleItem().ShouldContain("oidc_roles");
    }

    [Theory]
    [InlineData(null, "https://127.0.0.1:55001/executor/")]
    [InlineData("55002", "http://127.0.0.1:55002/executor/")]
    public async Task Agents_FetchTheExecutor_WhereTheyCan(string? plainPort, string start)
    {
        var options = Read([("tls_cert", "/c"), ("tls_key", "/k"), .. plainPort is null ? [] : ((string, string)[])[("plain_port", plainPort)]]).Options!.Scheduler;
        using var key = new SchedulerKey(new byte[32]);
        var plan = new SchedulerPlan(options, new Secrets(key, new Account("a", "b"), null), await ExecutorPackage.OpenAsync(_certificates.CaFile), ZooKeeperUrl.Parse("zk://z:2181/m"));

        plan.Settings(55001).ExecutorCommand.Uris!.Single().Value.ShouldStartWith(start);
        plan.Framework(55001).WebuiUrl.ShouldBe("https://127.0.0.1:55001/");
    }

    private static Read<LocalOptions> Read(params (string Name, string Value)[] options) => OptionsReader.Local(
        new OptionSources(options.ToDictionary(o => o.Name, o => o.Value), new Dictionary<string, string>(), new Dictionary<string, string>()), Machine);
}
