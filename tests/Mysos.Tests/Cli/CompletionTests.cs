using System.Diagnostics;
using Mysos.Host.Commands;
using Mysos.Tests.Api;

namespace Mysos.Tests.Cli;

public sealed class CompletionTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData("ge", "get")]
    [InlineData("get ta", "taken")]
    [InlineData("get ", "taken")]
    [InlineData("switchover taken --", "--to")]
    [InlineData("promotion taken --to ", "prefer")]
    [InlineData("completion ", "fish")]
    [InlineData("scheduler --storage ", "sandbox")]
    [InlineData("wait taken --for ", "deleted")]
    public async Task Suggest_ForWhatIsTyped_KnowsHowItGoesOn(string line, string expected)
    {
        var run = await SuggestAsync($"http://127.0.0.1:{host.Port}", line);

        run.Code.ShouldBe(0, run.Error);
        run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldContain(expected);
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Suggest_WithoutAScheduler_HasNoNamesAndSaysNothing()
    {
        var run = await SuggestAsync("http://127.0.0.1:1", "get ");

        run.Code.ShouldBe(0);
        run.Out.ShouldNotContain("taken");
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Bash_WithTheScript_Completes()
    {
        var script = (await CliRun.OfAsync("http://127.0.0.1:1", "completion", "bash")).Out;
        // The program is a function here: it answers as the real one does, and shows what it was asked.
        const string Program = "mysos() { printf '%s\\n' \"$1\" get list \"[$2]\"; }\n";

        var answer = await RunAsync("bash", $"{Program}{script}COMP_LINE='  mysos get li'; COMP_POINT=14; COMP_WORDS=(mysos get li); COMP_CWORD=2\n_mysos\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"; COMP_WORDS[2]='['; _mysos; printf '%s\\n' \"${{COMPREPLY[@]}}\"");

        answer.ShouldBe("list\n[suggest:6]\n[get li]\n");
    }

    [Fact]
    public async Task Suggest_ForEachCommand_KnowsAllItsOptions()
    {
        var root = CommandLineApp.Root(new CommandIo(TextWriter.Null, TextWriter.Null, TextReader.Null, new Dictionary<string, string>(), TimeProvider.System));
        var commands = root.Subcommands.Where(c => !c.Hidden).ToArray();
        commands.Length.ShouldBeGreaterThan(20);

        commands.Select(c => c.Name).Except(await SuggestionsAsync("")).ShouldBeEmpty();
        foreach (var command in commands)
            command.Options.Where(o => !o.Hidden).Select(o => o.Name).Except(await SuggestionsAsync($"{command.Name} --")).ShouldBeEmpty(command.Name);
    }

    /// <summary>Neither shell is at hand everywhere: the shape of what they are given is looked at.</summary>
    [Theory]
    [InlineData("zsh", @"\A_mysos\(\) \{\n(  .+\n)+\}\ncompdef _mysos mysos\n\z", "\"${words[1]}\" \"[suggest:${#line}]\" \"$line\" 2>/dev/null")]
    [InlineData("fish", @"\Afunction __mysos_complete\n(  .+\n)+end\ncomplete -c mysos -f -a '\(__mysos_complete\)'\n\z", "$words[1] \"[suggest:\"(string length -- \"$line\")\"]\" \"$line\" 2>/dev/null")]
    public async Task Script_OfAShell_AsksTheProgramForWhatIsTyped(string shell, string shape, string question)
    {
        var script = (await CliRun.OfAsync("http://127.0.0.1:1", "completion", shell)).Out;

        script.ShouldMatch(shape);
        script.ShouldContain(question);
        foreach (var pair in (string[])["()", "[]", "{}"])
            script.Count(c => c == pair[0]).ShouldBe(script.Count(c => c == pair[1]), pair);
        (script.Count(c => c == '"') % 2).ShouldBe(0);
    }

    [Fact]
    public async Task Scripts_OfEachShell_AreDifferentAndNamedInTheirHelp()
    {
        var scripts = new List<string>();
        foreach (var shell in (string[])["bash", "zsh", "fish"])
            scripts.Add((await CliRun.OfAsync("http://127.0.0.1:1", "completion", shell)).Out);

        scripts.ShouldBeUnique();
        scripts.ShouldAllBe(s => s.Contains("[suggest:"));
        (await CliRun.OfAsync("http://127.0.0.1:1", "completion", "tcsh")).Code.ShouldBe(2);
        (await CliRun.OfAsync("http://127.0.0.1:1", "completion", "--help")).Out.ShouldContain("source <(mysos completion bash)");
    }

    private static Task<CliRun> SuggestAsync(string api, string line) => CliRun.OfAsync(api, $"[suggest:{line.Length}]", line);

    private static async Task<string[]> SuggestionsAsync(string line) =>
        (await SuggestAsync("http://127.0.0.1:1", line)).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<string> RunAsync(string shell, string script)
    {
        using var process = Process.Start(new ProcessStartInfo(shell) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}
