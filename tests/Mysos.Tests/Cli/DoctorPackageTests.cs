using System.Runtime.Versioning;
using Mysos.Core.ZooKeeper;
using Mysos.Host.Executor;
using Mysos.Tests.Access;
using Mysos.Tests.Api;
using Mysos.Tests.Stack;
using Mysos.Tests.ZooKeeper;

namespace Mysos.Tests.Cli;

/// <summary>What <c>mysos doctor</c> finds of the executor's package, and of the files of logins and TLS.</summary>
[SupportedOSPlatform("linux")]
public sealed class DoctorPackageTests(ZooKeeperFixture zooKeeper) : IDisposable
{
    private readonly DoctorDirectory _directory = new();
    private readonly Certificates _certificates = new();

    public void Dispose()
    {
        _directory.Dispose();
        _certificates.Dispose();
    }

    [Fact]
    public async Task Package_ThatTheSchedulerHasAnotherOf_Fails()
    {
        await using var host = new ApiHost { Package = await ExecutorPackage.OpenAsync(_directory.Write("older.tar.gz", "older")) };
        await host.InitializeAsync();

        (await RunAsync(host.Port)).ShouldContain($"fail  executor package: what runs at 127.0.0.1:{host.Port} has another package than {_directory.Package}\n      mend: restart the scheduler");
    }

    [Fact]
    public async Task Package_WithAnotherHash_Fails()
    {
        var package = await ExecutorPackage.OpenAsync(_directory.Package);
        await using var server = await AnsweringServer.StartAsync((package.UrlPath, 200, "changed"));

        (await RunAsync(server.Port)).ShouldContain($"fail  executor package: what {server.Endpoint} serves has another SHA-512 than {_directory.Package}\n      mend: is a proxy");
    }

    [Fact]
    public async Task ExecutorUri_IsFetchedFromThere()
    {
        await using var server = await AnsweringServer.StartAsync(("/executor.tar.gz", 200, "package"));

        (await RunAsync(1, "--executor_uri", $"http://{server.Endpoint}/executor.tar.gz")).ShouldContain($"ok    executor package: http://{server.Endpoint}/executor.tar.gz can be fetched\n");
        (await RunAsync(1, "--executor_uri", $"http://{server.Endpoint}/other")).ShouldContain($"fail  executor package: http://{server.Endpoint}/other answers 404\n");
        (await RunAsync(1, "--executor_uri", "http://127.0.0.1:1/e")).ShouldContain("fail  executor package: nobody answers at 127.0.0.1:1: ");
        (await RunAsync(1, "--executor_uri", "hdfs://nn/e.tar.gz")).ShouldContain("warn  executor package: --executor_uri=hdfs://nn/e.tar.gz can only be fetched by agents\n");
    }

    [Fact]
    public async Task Package_OverTls_IsFetchedAsTheCaOfTheSchedulersAllows()
    {
        await using var host = await StartWithTlsAsync();

        (await RunAsync(host.Port, [.. Tls, "--tls_ca", _certificates.CaFile])).ShouldContain($"ok    executor package: 127.0.0.1:{host.Port} serves it, and its SHA-512 is right");
        (await RunAsync(host.Port, Tls)).ShouldMatch($"warn  executor package: .+ is there, but TLS with 127.0.0.1:{host.Port} fails: .+\n      mend: correct its certificate, or name its CA in --tls_ca");
    }

    [Fact]
    public async Task Package_OfAPlainPort_IsFetchedThere()
    {
        var plain = MysosProcess.FreePort();
        await using var host = await StartWithTlsAsync(plain);

        (await RunAsync(host.Port, [.. Tls, "--plain_port", $"{plain}"])).ShouldContain($"ok    executor package: 127.0.0.1:{plain} serves it");
        (await RunAsync(host.Port, [.. Tls, "--plain_port", "1"])).ShouldMatch("warn  executor package: .+ no scheduler answers at 127.0.0.1:1: .+\n.+--plain_port");
    }

    [Fact]
    public async Task AccessFiles_ThatAreRight_AreOk()
    {
        using var file = new AuthFile(People.Yaml);

        var output = await RunAsync(1, [.. Tls, "--tls_ca", _certificates.CaFile, "--auth_file", file.Path, .. Oidc(_directory.Write("oidc", "hunter2\n"))]);

        foreach (var line in (string[])[$"--auth_file: {file.Path} says who may log in", $"--tls_cert: {_certificates.CertFile} is a certificate, and {_certificates.KeyFile} (--tls_key) is its key",
            $"--tls_ca: {_certificates.CaFile} has certificates", $"--oidc_client_secret_file: {_directory.In("oidc")} holds a secret"])
            output.ShouldContain($"\nok    {line}\n");
        output.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task AccessFiles_ThatAreWrong_FailWithTheSchedulersWords()
    {
        using var file = new AuthFile("users: [ { name: anna, role: king } ]");
        File.SetUnixFileMode(_certificates.KeyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var output = await RunAsync(1, [.. Tls, "--tls_ca", _certificates.KeyFile, "--auth_file", file.Path, .. Oidc("/absent/secret")]);

        output.ShouldContain($"\nfail  --auth_file: '{file.Path}', line 1: user 'anna': there is no role 'king'; roles are viewer, operator, admin.\n      mend: correct the file, or give --auth_file the right one\n");
        output.ShouldMatch($@"\nfail  --tls_cert: .+; run: chmod 640 {_certificates.KeyFile}\n");
        output.ShouldContain($"\nfail  --tls_ca: '{_certificates.KeyFile}' has no certificate in PEM.\n");
        output.ShouldContain("\nfail  --oidc_client_secret_file: Cannot read '/absent/secret': ");
    }

    private string[] Tls => ["--tls_cert", _certificates.CertFile, "--tls_key", _certificates.KeyFile];

    private static string[] Oidc(string secret) => ["--oidc_authority", "https://login.example.com/r", "--oidc_client_id", "mysos", "--oidc_client_secret_file", secret];

    private async Task<ApiHost> StartWithTlsAsync(int? plainPort = null)
    {
        var host = new ApiHost { Package = await ExecutorPackage.OpenAsync(_directory.Package), Tls = _certificates.Settings(plainPort) };
        await host.InitializeAsync();
        return host;
    }

    private async Task<string> RunAsync(int port, params string[] more) => (await _directory.RunAsync(await zooKeeper.NewUrlAsync(), "127.0.0.1:1", port, more)).Out;
}
