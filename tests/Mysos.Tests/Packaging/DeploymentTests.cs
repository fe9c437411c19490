using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mysos.Host.Options;
using Mysos.Tests.Stack;

namespace Mysos.Tests.Packaging;

/// <summary>What <c>deploy/</c> and <c>docs/deploying.md</c> tell people to use is read by the program's own option reader.</summary>
public sealed partial class DeploymentTests
{
    private static readonly HostFacts Host = new("host1", "mysos", "/tmp", "/home/mysos", "/opt/mysos/mysos-executor.tar.gz");
    private static readonly Dictionary<string, string> None = [];

    private static string Documentation => Read("docs/deploying.md");

    private static JsonNode Marathon => JsonNode.Parse(Read("deploy/marathon.json"))!;

    [Fact]
    public void Marathon_EnvironmentAndFile_AreGoodOptions()
    {
        var environment = Marathon["env"]!.AsObject().ToDictionary(v => v.Key, v => v.Value!.GetValue<string>());
        var file = JsonBlocks().First();

        var read = OptionsReader.Scheduler(new OptionSources(None, environment, file), Host);

        read.Problems.ShouldBeEmpty();
        read.Options!.Port.ShouldBe(Marathon["portDefinitions"]![0]!["port"]!.GetValue<int>());
        environment.Keys.ShouldBeSubsetOf(Flags.All.Select(f => f.Environment));
    }

    [Fact]
    public void Marathon_Secrets_AreOnlyInMountedFiles()
    {
        var folder = Marathon["container"]!["volumes"]![0]!["containerPath"]!.GetValue<string>();
        var environment = Marathon["env"]!;

        foreach (var name in (string[])["MYSOS_CONFIG", "MYSOS_SCHEDULER_KEYPATH", "MYSOS_ADMIN_KEYPATH", "MYSOS_FRAMEWORK_AUTHENTICATION_FILE"])
            environment[name]!.GetValue<string>().ShouldStartWith(folder + "/");
        environment["MYSOS_ZK_URL"].ShouldBeNull();
    }

    [Fact]
    public void Documentation_SystemdConfiguration_IsGood()
    {
        var file = JsonBlocks().Single(f => f.ContainsKey("mesos_master"));

        OptionsReader.Scheduler(new OptionSources(None, None, file), Host).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void Documentation_Flags_Exist()
    {
        var flags = FlagPattern().Matches(Documentation).Select(m => m.Groups[1].Value).Distinct().ToArray();

        flags.ShouldNotBeEmpty();
        flags.ShouldBeSubsetOf(Flags.All.Select(f => f.Name));
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> JsonBlocks()
    {
        foreach (Match block in JsonPattern().Matches(Documentation))
        {
            var (values, problems) = OptionFile.Parse(System.Text.Encoding.UTF8.GetBytes(block.Groups[1].Value), "docs/deploying.md");
            problems.ShouldBeEmpty();
            yield return values;
        }
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(MysosProcess.Repository, path));

    [GeneratedRegex("^```json\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex JsonPattern();

    // Options of Mysos are spelled with underscores where they have two words; those of other programs here have none.
    [GeneratedRegex("`--([a-z]+(?:_[a-z]+)*)[=`]")]
    private static partial Regex FlagPattern();
}
