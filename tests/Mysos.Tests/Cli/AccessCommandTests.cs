using Mysos.Core.Access;
using Mysos.Host.Access.Files;
using Mysos.Host.Access.Login;
using Mysos.Host.Commands;
using Mysos.Tests.Access;
using Mysos.Tests.Api;

namespace Mysos.Tests.Cli;

public sealed class AccessCommandTests
{
    [Fact]
    public async Task HashPassword_OfALineOfInput_PrintsWhatTheFileTakes()
    {
        var run = await RunAsync(["hash-password"], input: "a good long password\n");

        run.Code.ShouldBe(0, run.Error);
        var hash = run.Out.Trim();
        PasswordHashes.Verify(hash, "a good long password").ShouldBeTrue();
        PasswordHashes.Verify(hash, "a good long passwore").ShouldBeFalse();
        AccessFileReader.Parse($"users: [ {{ name: a, role: admin, password: {hash} }} ]").Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a good long password", "a good long password", 0, "Again: ")]
    [InlineData("a good long password", "a good long passwort", 2, "the two are not the same")]
    public async Task HashPassword_AtATerminal_AsksTwiceAndHidden(string first, string second, int code, string said)
    {
        var typed = new Queue<string>([first, second]);

        var run = await RunAsync(["hash-password"], hidden: typed.Dequeue);

        run.Code.ShouldBe(code);
        run.Error.ShouldContain(said);
        (run.Out + run.Error).ShouldNotContain("password pass");
        typed.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", "no password")]
    [InlineData("short\n", "12 to 128 characters")]
    public async Task HashPassword_OfABadOne_IsRefused(string input, string said)
    {
        var run = await RunAsync(["hash-password"], input);

        run.Code.ShouldBe(ExitCodes.Usage);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldContain(said);
    }

    [Fact]
    public async Task HashPassword_TakesNoneFromTheCommandLine() =>
        (await RunAsync(["hash-password", "a good long password"])).Code.ShouldBe(ExitCodes.Usage);

    [Fact]
    public async Task MakeToken_PrintsTheTokenAndItsLine()
    {
        var run = await RunAsync(["make-token", "ci", "--role", "operator"]);

        run.Code.ShouldBe(0, run.Error);
        var (token, line) = run.Out.TrimEnd().Split('\n') is [var one, var two] ? (one, two) : throw new InvalidDataException(run.Out);
        var file = AccessFileReader.Parse($"tokens:\n  {line}").Options.ShouldNotBeNull();
        file.Tokens[ApiTokens.Hash(token)].ShouldBe(new TokenEntry("ci", Role.Operator));
        (await RunAsync(["make-token", "ci"])).Out.ShouldNotContain(token);
        (await RunAsync(["make-token", "c:i"])).Code.ShouldBe(ExitCodes.Usage);
        (await RunAsync(["make-token", "ci", "--role", "king"])).Code.ShouldBe(ExitCodes.Usage);
    }

    [Fact]
    public async Task ClientCommands_LogInWithAToken()
    {
        await using var host = new ApiHost { Access = People.Settings };
        await host.InitializeAsync();
        var api = host.Address.ToString();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, People.Token + "\n");

        (await RunAsync(["list", "--api", api])).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(1), r => r.Error.ShouldContain("Log in"));
        (await RunAsync(["list", "--api", api], environment: new() { ["MYSOS_TOKEN"] = People.Token })).Out.ShouldContain("taken");
        (await RunAsync(["list", "--api", api, "--token-file", file])).Out.ShouldContain("taken");
        (await RunAsync(["list", "--api", api, "--token-file", "-"], People.Token + "\n")).Out.ShouldContain("taken");
        (await RunAsync(["list", "--api", api], environment: new() { ["MYSOS_TOKEN"] = "a b" })).Code.ShouldBe(ExitCodes.Usage);
        (await RunAsync(["create", "made", "--user", "u", "--api", api, "--token-file", file])).Code.ShouldBe(0);
        host.Clusters.LastBy!.Name.ShouldBe("token ci");
        File.Delete(file);
    }

    [Fact]
    public async Task Completion_LogsInAsTheCommandWould_AndNeverAsks()
    {
        await using var host = new ApiHost { Access = People.Settings };
        await host.InitializeAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, People.Token + "\n");

        async Task<string> SuggestedAsync(string line, string? token)
        {
            var environment = new Dictionary<string, string> { ["MYSOS_API"] = host.Address.ToString() };
            if (token is not null)
                environment["MYSOS_TOKEN"] = token;
            return (await RunAsync([$"[suggest:{line.Length}]", line], People.Token + "\n", environment: environment)).Out;
        }

        (await SuggestedAsync("get ", People.Token)).ShouldContain("taken");
        (await SuggestedAsync($"get --token-file {file} ", null)).ShouldContain("taken");
        (await SuggestedAsync("get ", null)).ShouldNotContain("taken");
        (await SuggestedAsync("get --token-file - ", null)).ShouldNotContain("taken");
        File.Delete(file);
    }

    private static async Task<Run> RunAsync(
        string[] args, string input = "", Func<string>? hidden = null, Dictionary<string, string>? environment = null)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var io = new CommandIo(output, error, new StringReader(input), environment ?? [], TimeProvider.System) { ReadHidden = hidden };
        return new Run(await CommandLineApp.RunAsync(args, io), output.ToString(), error.ToString());
    }

    private sealed record Run(int Code, string Out, string Error);
}
