using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using Mysos.Core.Clusters;
using Mysos.Core.Security;
using Mysos.Core.Scheduling;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;
using Mysos.Host.Doctor;
using Mysos.Host.Executor;
using Mysos.LocalMesos;
using Mysos.Tests.Api;
using Mysos.Tests.ZooKeeper;

namespace Mysos.Tests.Cli;

/// <summary><c>mysos doctor</c>, against a real ZooKeeper, a Mesos master and a scheduler's web side.</summary>
[SupportedOSPlatform("linux")]
public sealed class DoctorTests(ZooKeeperFixture zooKeeper) : IDisposable
{
    private readonly DoctorDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Doctor_OfAGoodDeployment_IsContent()
    {
        var url = await zooKeeper.NewUrlAsync("mysos:pw");
        await using var mesos = await LocalMesosCluster.StartAsync(
            new LocalMesosOptions { WorkDir = _directory.In("mesos"), Agents = 2 }, NullLoggerFactory.Instance, TimeProvider.System);
        await using var host = new ApiHost { Package = await ExecutorPackage.OpenAsync(_directory.Package) };
        await host.InitializeAsync();

        var run = await _directory.RunAsync(url, mesos.MasterEndpoint, host.Port);

        run.Code.ShouldBe(0, run.Out + run.Error);
        run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(l => l.StartsWith("ok    "), run.Out);
        foreach (var word in (string[])["--scheduler_keypath: ", "--admin_keypath: ", "--backup_store_args: ", "ZooKeeper: ", "access list: ", "state: ", "clock of ZooKeeper: ",
            "stored clusters: ", "Mesos: the master at", "version 1.", "clock of the Mesos master: ", "role mysos: ", "agents: 2 ", "executor package: "])
            run.Out.ShouldContain(word);
        run.Out.ShouldNotContain("mysos:pw");
        await using var left = await ZooKeeperFixture.ConnectAsync(url);
        (await left.ChildrenAsync(url.Path)).ShouldBeNull("nothing stays behind");
    }

    [Fact]
    public async Task Doctor_OfABadDeployment_SaysWhatToMend()
    {
        var mine = await zooKeeper.NewUrlAsync("mysos:pw");
        await using (var session = await ZooKeeperFixture.ConnectAsync(mine))
            await session.EnsurePathAsync(mine.Path);
        File.SetUnixFileMode(_directory.Write("admin.yml", "username: a\npassword: hunter2\n"), (UnixFileMode)0b110_100_100);

        var run = await _directory.RunAsync(ZooKeeperUrl.Parse($"zk://other:hunter2@{mine.ConnectString}{mine.Path}"), "127.0.0.1:1", 1, ["--backup_store_args", "/nonexistent"]);

        run.Code.ShouldBe(1, run.Out + run.Error);
        run.Out.ShouldContain($"warn  --admin_keypath: {_directory.Path}/admin.yml can be read or written by others (0644)\n      mend: chmod 600 {_directory.Path}/admin.yml\n");
        run.Out.ShouldContain("fail  --backup_store_args: there is no directory /nonexistent");
        run.Out.ShouldContain($"fail  state: ");
        run.Out.ShouldContain($"mend: use the credentials that {mine.Path} was made with");
        run.Out.ShouldContain("fail  Mesos: the master at 127.0.0.1:1 does not answer");
        run.Out.ShouldContain("warn  executor package: ");
        run.Out.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Doctor_WithAnotherKeyThanTheStatesPasswords_Fails()
    {
        var url = await zooKeeper.NewUrlAsync();
        await using (var connection = new ZooKeeperConnection(url, TimeSpan.FromSeconds(10), TimeProvider.System))
        {
            using var key = new SchedulerKey(new byte[32]);
            var vault = new Vault(key, new("a", "b"));
            var cluster = new Cluster
            {
                Name = "shop", User = "u", NumNodes = 1, Size = ClusterSize.Default, Created = DateTimeOffset.UnixEpoch,
                SealedPassword = vault.SealPassword("shop", "p"), SealedReplicationPassword = "",
            };
            await new ZooKeeperStateStore(connection).WriteAsync(StateJson.KeyOf("shop"), StateJson.Write(cluster), -1, ZooKeeperFixture.Deadline());
        }

        var run = await _directory.RunAsync(url, "127.0.0.1:1", 1);

        run.Out.ShouldContain("fail  stored clusters: --scheduler_keypath is another key");
        run.Out.ShouldContain("warn  access list: ");
    }

    [Fact]
    public async Task Doctor_WithoutOptions_IsWrongUsage() => (await CliRun.OfAsync("http://x", "doctor")).Code.ShouldBe(2);

    [Theory]
    [InlineData(-5, "Warn", "is 5 s behind")]
    [InlineData(7.5, "Warn", "is 6.5 s ahead of")]
    [InlineData(1, "Ok", "agrees")]
    [InlineData(-1.5, "Ok", "agrees")]
    public void Clocks_ThatDiffer_AreTold(double seconds, string health, string text)
    {
        var asked = DateTimeOffset.UnixEpoch;
        var finding = Clocks.Compare("ZooKeeper", asked.AddSeconds(seconds), TimeSpan.Zero, asked, asked.AddSeconds(1));

        finding.Health.ToString().ShouldBe(health);
        finding.Text.ShouldStartWith(text);
    }
}
