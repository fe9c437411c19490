using System.Net;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Options;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Options;

public sealed class OptionsReaderTests
{
    private static readonly HostFacts Machine = new("host1", "ops", "/tmp", "/home/ops/.local/state", ExecutorPackage: "/opt/mysos-executor.tar.gz");

    private static readonly Dictionary<string, string> Needed = new()
    {
        ["mesos_master"] = "10.0.0.1:5050",
        ["zk_url"] = "zk://user:p@ss@zk1:2181,zk2/mysos",
        ["scheduler_keypath"] = "/etc/mysos/key",
        ["admin_keypath"] = "/etc/mysos/admin.yml",
    };

    [Fact]
    public void Scheduler_WithWhatIsRequired_HasTheDefaults()
    {
        var read = OptionsReader.Scheduler(Sources(Needed), Machine);

        read.Problems.ShouldBeEmpty();
        var options = read.Options.ShouldNotBeNull();
        options.Port.ShouldBe(55001);
        options.Bind.ShouldBe(IPAddress.Any);
        options.AdvertiseHost.ShouldBe("host1");
        options.MesosMaster.ShouldBeOfType<MesosMaster.Listed>().Endpoints.ShouldBe(["10.0.0.1:5050"]);
        options.FrameworkUser.ShouldBe("ops");
        options.FrameworkRole.ShouldBe("mysos");
        options.FrameworkFailoverTimeout.ShouldBe(TimeSpan.FromDays(14));
        options.ElectionTimeout.ShouldBe(TimeSpan.FromSeconds(60));
        options.StateStorage.ShouldBe(StateStorage.Zk);
        options.Storage.ShouldBe(NodeStorage.Volume);
        options.Placement.ShouldBe(Placement.Spread);
        options.WorkDir.ShouldBe("/tmp/mysos");
        options.ExecutorPackage.ShouldBe("/opt/mysos-executor.tar.gz");
        options.ZkUrl!.ToString().ShouldBe("zk://zk1:2181,zk2:2181/mysos");
        options.ZkUrl.Credentials.ShouldBe("user:p@ss");
        options.Verbose.ShouldBeFalse();
    }

    [Fact]
    public void Scheduler_OptionsOfPlacementAndStorage_AreRead()
    {
        var options = OptionsReader.Scheduler(
            Sources(new Dictionary<string, string>(Needed) { ["spread_by"] = "rack", ["abandon_volume_after"] = "3d", ["new_framework"] = "F-0001" }),
            Machine).Options.ShouldNotBeNull();
        (options.SpreadBy, options.AbandonVolumeAfter, options.NewFramework).ShouldBe(("rack", TimeSpan.FromDays(3), "F-0001"));

        var defaults = OptionsReader.Scheduler(Sources(Needed), Machine).Options.ShouldNotBeNull();
        (defaults.SpreadBy, defaults.AbandonVolumeAfter, defaults.NewFramework).ShouldBe((null, null, null));
    }

    [Fact]
    public void Scheduler_WithNothing_NamesAllThatIsMissing()
    {
        var read = OptionsReader.Scheduler(Sources([]), Machine with { ExecutorPackage = null });

        read.Options.ShouldBeNull();
        read.Problems.Select(p => p.Split(':')[0]).ShouldBe(
            ["--mesos_master", "--zk_url", "--scheduler_keypath", "--admin_keypath", "--executor_package"], ignoreOrder: true);
    }

    [Fact]
    public void Scheduler_WithManyMistakes_NamesEachWhereItWasMade()
    {
        var read = OptionsReader.Scheduler(
            new OptionSources(
                new Dictionary<string, string>(Needed) { ["port"] = "70000" },
                new Dictionary<string, string> { ["MYSOS_STORAGE"] = "floppy", ["MYSOS_EXECUTOR"] = "ignored" },
                new Dictionary<string, string> { ["election_timeout"] = "soon" }),
            Machine);

        read.Options.ShouldBeNull();
        read.Problems.Count.ShouldBe(3);
        read.Problems.ShouldContain(p => p.StartsWith("--port: '70000'"));
        read.Problems.ShouldContain(p => p.StartsWith("MYSOS_STORAGE: 'floppy' is not one of volume, sandbox"));
        read.Problems.ShouldContain(p => p.StartsWith("appsettings.json: Mysos:election_timeout: 'soon'"));
    }

    [Fact]
    public void Scheduler_WithOneOptionInAllPlaces_TakesFlagThenEnvironmentThenFile()
    {
        var flag = new Dictionary<string, string>(Needed) { ["port"] = "1" };
        var environment = new Dictionary<string, string> { ["MYSOS_PORT"] = "2" };
        var file = new Dictionary<string, string> { ["port"] = "3" };

        OptionsReader.Scheduler(new OptionSources(flag, environment, file), Machine).Options!.Port.ShouldBe(1);
        OptionsReader.Scheduler(new OptionSources(Needed, environment, file), Machine).Options!.Port.ShouldBe(2);
        OptionsReader.Scheduler(new OptionSources(Needed, Nothing, file), Machine).Options!.Port.ShouldBe(3);
    }

    [Theory]
    [InlineData("port", "-1")]
    [InlineData("port", "1 ")]
    [InlineData("port", "")]
    [InlineData("bind", "localhost")]
    [InlineData("advertise_host", "host:1")]
    [InlineData("advertise_host", "a b")]
    [InlineData("mesos_master", "zk://h")]
    [InlineData("mesos_master", "http://h:1")]
    [InlineData("mesos_master", "h:0")]
    [InlineData("mesos_master", "h:1,,g:2")]
    [InlineData("framework_user", "a;b")]
    [InlineData("framework_role", "a b")]
    [InlineData("framework_role", "-a")]
    [InlineData("framework_role", "a//b")]
    [InlineData("framework_role", "*")]
    [InlineData("framework_failover_timeout", "0s")]
    [InlineData("framework_failover_timeout", "14")]
    [InlineData("framework_failover_timeout", "14days")]
    [InlineData("framework_failover_timeout", "-1d")]
    [InlineData("framework_failover_timeout", "99999999w")]
    [InlineData("election_timeout", "2d")]
    [InlineData("sync_replicas", "0")]
    [InlineData("sync_replicas", "10")]
    [InlineData("executor_environ", "A=b")]
    [InlineData("executor_environ", "[1]")]
    [InlineData("executor_environ", """[{"name":"A"}]""")]
    [InlineData("executor_environ", """{"A":1}""")]
    [InlineData("executor_environ", """{"A=B":"c"}""")]
    [InlineData("zk_url", "zk1:2181/mysos")]
    [InlineData("zk_url", "zk://zk1:2181")]
    [InlineData("zk_url", "zk://zk1:2181/")]
    [InlineData("zk_url", "zk://zk1:2181/a/../b")]
    [InlineData("zk_url", "zk://zk1:99999/mysos")]
    [InlineData("zk_url", "zk://user@zk1/mysos")]
    [InlineData("zk_url", "zk:///mysos")]
    [InlineData("state_storage", "1")]
    [InlineData("storage", "disk")]
    [InlineData("placement", "random")]
    [InlineData("otlp_endpoint", "collector:4318")]
    [InlineData("otlp_endpoint", "http://user:pw@collector:4318")]
    [InlineData("verbose", "yes")]
    public void Scheduler_WithABadValue_NamesIt(string name, string value)
    {
        var read = OptionsReader.Scheduler(Sources(new Dictionary<string, string>(Needed) { [name] = value }), Machine);

        read.Options.ShouldBeNull();
        read.Problems.ShouldHaveSingleItem().ShouldStartWith($"--{name}: ");
    }

    [Fact]
    public void Scheduler_WithABadZooKeeperUrl_DoesNotTellItsPassword()
    {
        foreach (var url in (string[])["zk://user:hunter2@bad host/mysos", "zk://user:hunter2@zk1", "user:hunter2@zk1/x", "zk://user:hunter2@zk1/a//b"])
        {
            var read = OptionsReader.Scheduler(Sources(new Dictionary<string, string>(Needed) { ["zk_url"] = url }), Machine);

            read.Problems.ShouldHaveSingleItem().ShouldNotContain("hunter2");
        }
    }

    [Theory]
    [InlineData("[{\"name\": \"A\", \"value\": \"b\"}, {\"name\": \"C\", \"value\": \"\"}]")]
    [InlineData("{\"C\": \"\", \"A\": \"b\"}")]
    public void Scheduler_WithVariables_TakesBothForms(string json)
    {
        var read = OptionsReader.Scheduler(Sources(new Dictionary<string, string>(Needed) { ["executor_environ"] = json }), Machine);

        read.Options!.ExecutorEnviron.ShouldBe([new("A", "b"), new("C", "")]);
    }

    [Theory]
    [InlineData("local", "")]
    [InlineData("a:1,b:2", "a:1,b:2")]
    [InlineData("a", "a:5050")]
    [InlineData("[::1]:5050", "[::1]:5050")]
    public void Scheduler_WithAMesosMaster_ReadsIt(string text, string endpoints)
    {
        var master = OptionsReader.Scheduler(Sources(new Dictionary<string, string>(Needed) { ["mesos_master"] = text }), Machine).Options!.MesosMaster;

        (master is MesosMaster.Listed listed ? string.Join(',', listed.Endpoints) : "").ShouldBe(endpoints);
    }

    [Fact]
    public void Scheduler_WithMastersInZooKeeper_ReadsTheUrl() =>
        OptionsReader.Scheduler(Sources(new Dictionary<string, string>(Needed) { ["mesos_master"] = "zk://z1,z2:2182/mesos" }), Machine)
            .Options!.MesosMaster.ShouldBeOfType<MesosMaster.InZooKeeper>().Url.ToString().ShouldBe("zk://z1:2181,z2:2182/mesos");

    [Fact]
    public void Local_WithNothing_NeedsNothing()
    {
        var read = OptionsReader.Local(Sources([]), Machine);

        read.Problems.ShouldBeEmpty();
        var options = read.Options!;
        options.Agents.ShouldBe(3);
        options.MesosPort.ShouldBe(0);
        options.AgentResources.ShouldBe("cpus:8;mem:16384;disk:102400");
        options.Scheduler.MesosMaster.ShouldBeOfType<MesosMaster.Local>();
        options.Scheduler.ZkUrl.ShouldBeNull();
        options.Scheduler.Bind.ShouldBe(IPAddress.Loopback);
        options.Scheduler.WorkDir.ShouldBe("/home/ops/.local/state/mysos");
    }

    [Fact]
    public void LocalMesos_WithItsOptions_TakesThem()
    {
        var read = OptionsReader.LocalMesos(
            Sources(new Dictionary<string, string> { ["port"] = "0", ["masters"] = "3", ["agents"] = "5", ["agent_resources"] = "cpus:1", ["work_dir"] = "/x", ["framework_authentication_file"] = "/y" }), Machine);

        read.Options.ShouldBe(new StandInOptions(IPAddress.Loopback, 0, 3, 5, [], "cpus:1", null, "/y", "/x", Verbose: false));
    }

    [Fact]
    public void Local_WithHostnames_HasAnAgentForEach()
    {
        var options = OptionsReader.Local(Sources(new Dictionary<string, string> { ["agent_hostnames"] = "localhost, 127.0.0.2" }), Machine).Options!;

        options.Agents.ShouldBe(2);
        options.AgentHostnames.ShouldBe(["localhost", "127.0.0.2"]);
    }

    [Theory]
    [InlineData("a,b", "3", "2 names for 3 agents; give one for each.")]
    [InlineData("a,b:80", "2", "'b:80' is not a host name or address, without a port.")]
    [InlineData("a,,b", "3", "'' is not a host name or address, without a port.")]
    public void LocalMesos_WithWrongHostnames_NamesThem(string hostnames, string agents, string problem) =>
        OptionsReader.LocalMesos(Sources(new Dictionary<string, string> { ["agents"] = agents, ["agent_hostnames"] = hostnames }), Machine)
            .Problems.ShouldHaveSingleItem().ShouldEndWith(problem);

    [Theory]
    [InlineData("14d", 14 * 86_400_000L)]
    [InlineData("60s", 60_000)]
    [InlineData("500ms", 500)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1.5s", 1500)]
    [InlineData("2w", 14 * 86_400_000L)]
    [InlineData("0s", 0)]
    public void Duration_ThatIsOne_IsRead(string text, long milliseconds)
    {
        Durations.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Fact]
    public void File_WithMistakes_NamesThem()
    {
        OptionFile.Parse("{"u8.ToArray(), "a.json").Problems.ShouldHaveSingleItem().ShouldStartWith("a.json: it is not JSON");
        OptionFile.Parse("[]"u8.ToArray(), "a.json").Problems.ShouldHaveSingleItem();
        OptionFile.Parse("""{"Mysos": 1}"""u8.ToArray(), "a.json").Problems.ShouldHaveSingleItem();
        OptionFile.Parse("""{"Mysos": {"prot": 1}}"""u8.ToArray(), "a.json").Problems.ShouldHaveSingleItem()
            .ShouldBe("a.json: Mysos:prot is no option. Did you mean port?");
    }

    [Fact]
    public void File_WithValuesOfAllKinds_GivesTheirTexts()
    {
        var (values, problems) = OptionFile.Parse(
            """{"Logging": {}, "Mysos": {"port": 1, "verbose": true, "zk_url": "zk://a/b", "executor_environ": [{"name": "A", "value": "b"}], /* c */}}"""u8.ToArray(), "a.json");

        problems.ShouldBeEmpty();
        values["port"].ShouldBe("1");
        values["verbose"].ShouldBe("true");
        values["zk_url"].ShouldBe("zk://a/b");
        values["executor_environ"].ShouldBe("""[{"name": "A", "value": "b"}]""");
    }

    private static readonly Dictionary<string, string> Nothing = [];

    private static OptionSources Sources(Dictionary<string, string> flags) => new(flags, Nothing, Nothing);
}
