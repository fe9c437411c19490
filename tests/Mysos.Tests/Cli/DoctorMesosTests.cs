using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.ZooKeeper;
using Mysos.LocalMesos;
using Mysos.Tests.Stack;
using Mysos.Tests.ZooKeeper;

namespace Mysos.Tests.Cli;

/// <summary>What <c>mysos doctor</c> finds of Mesos and ZooKeeper.</summary>
[SupportedOSPlatform("linux")]
public sealed class DoctorMesosTests(ZooKeeperFixture zooKeeper) : IDisposable
{
    private const string Version = """{"version": "1.12.0"}""", TwoAgents = """{"slaves": [{"active": true}, {"active": true}, {"active": false}]}""";

    private readonly DoctorDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("""{"cpus": 0.0, "mem": 1024.0}""", "fail", "has weight 2.5 and the quota limit cpus 0, mem 1024")]
    [InlineData("""{"cpus": 8.5, "disk": 10.0}""", "ok", "has weight 2.5 and the quota limit cpus 8.5, disk 10")]
    [InlineData("{}", "ok", "has weight 2.5 and no quota limit")]
    public async Task Role_WithAQuota_IsTold(string limit, string health, string text)
    {
        await using var mesos = await AnsweringServer.StartAsync(
            ("/version", 200, Version), ("/roles", 200, $$$"""{"roles": [{"name": "mysos", "weight": 2.5, "quota": {"limit": {{{limit}}}}}]}"""), ("/slaves", 200, TwoAgents));

        var run = await RunAsync(mesos.Endpoint);

        run.Out.ShouldContain($"\n{health,-5} role mysos: {text}\n");
        run.Out.ShouldContain("\nok    agents: 2 are registered\n");
        run.Code.ShouldBe(health == "fail" ? 1 : 0, run.Out);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Credentials_ThatMayNotRead_AreSaidToBeThem(int status)
    {
        await using var mesos = await AnsweringServer.StartAsync(("/version", 200, Version), ("/roles", status, ""), ("/slaves", status, ""));

        var run = await RunAsync(mesos.Endpoint, "--framework_authentication_file", _directory.Write("framework.yml", "principal: p\nsecret: hunter2\n"));

        run.Out.ShouldContain($"warn  role mysos: the master does not let these credentials read /roles ({status}), so quota and weight cannot be seen\n      mend: let the framework's principal read roles");
        run.Out.ShouldContain($"warn  agents: the master does not let these credentials read /slaves ({status}), so they cannot be seen\n");
        mesos.Asked["/roles"].ShouldBe($"Basic {Convert.ToBase64String("p:hunter2"u8)}");
        run.Out.ShouldNotContain("hunter2");
        run.Code.ShouldBe(0, run.Out);
    }

    [Fact]
    public async Task Agents_OneOrNone_AreTooFew()
    {
        await using var mesos = await LocalMesosCluster.StartAsync(
            new LocalMesosOptions { WorkDir = _directory.In("mesos"), Agents = 1 }, NullLoggerFactory.Instance, TimeProvider.System);

        var one = await RunAsync(mesos.MasterEndpoint);
        await mesos.Agents[0].StopAsync();
        var none = await RunAsync(mesos.MasterEndpoint);

        one.Out.ShouldContain("\nok    role mysos: nobody uses it yet; it has weight 1 and no quota\n");
        one.Out.ShouldContain("\nwarn  agents: there is only one\n      mend: ");
        one.Code.ShouldBe(0, one.Out);
        none.Out.ShouldContain("\nfail  agents: none is registered with the master\n      mend: ");
        none.Code.ShouldBe(1, none.Out);
    }

    [Fact]
    public async Task Masters_OfWhichSomeAreDeadOrSilent_AreWarnedOfByName()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var mesos = await LocalMesosCluster.StartAsync(
            new LocalMesosOptions { WorkDir = _directory.In("mesos"), Agents = 2 }, NullLoggerFactory.Instance, TimeProvider.System);

        var run = await RunAsync($"127.0.0.1:1,{silent.LocalEndpoint},{mesos.MasterEndpoint}");

        run.Out.ShouldMatch(@"\nwarn  Mesos: the master at 127\.0\.0\.1:1 does not answer: .+\n      mend: start it, or take it out of --mesos_master");
        run.Out.ShouldContain($"\nwarn  Mesos: the master at {silent.LocalEndpoint} does not answer in time\n");
        run.Out.ShouldContain($"\nok    Mesos: the master at {mesos.MasterEndpoint} answers: version 1.");
        run.Out.ShouldContain("\nok    agents: 2 are registered\n");
        run.Code.ShouldBe(0, run.Out);
    }

    [Fact]
    public async Task Masters_ThatAreAllDead_Fail()
    {
        var run = await RunAsync("127.0.0.1:1,127.0.0.1:2");

        foreach (var port in (int[])[1, 2])
            run.Out.ShouldContain($"\nfail  Mesos: the master at 127.0.0.1:{port} does not answer: ");
        run.Out.ShouldNotContain("agents: ");
        run.Code.ShouldBe(1, run.Out);
    }

    [Fact]
    public async Task ZooKeeper_ThatCannotBeReached_IsNamed()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var running = _directory.RunAsync(ZooKeeperUrl.Parse("zk://mysos:hunter2@127.0.0.1:1/mysos"), "127.0.0.1:1", 1, time: time);
        await Eventually.IsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(running.IsCompleted);
            },
            TimeSpan.FromSeconds(60), () => "the end");

        var run = await running;

        run.Out.ShouldContain("\nfail  ZooKeeper: no server of 127.0.0.1:1 answers\n      mend: start ZooKeeper, or correct the hosts in --zk_url");
        run.Out.ShouldNotContain("hunter2");
        run.Code.ShouldBe(1, run.Out);
    }

    private async Task<CliRun> RunAsync(string mesos, params string[] more) => await _directory.RunAsync(await zooKeeper.NewUrlAsync("mysos:pw"), mesos, 1, more);
}
