using System.CommandLine;
using Mysos.Host.Options;

namespace Mysos.Host.Commands;

/// <summary>
/// A command that runs until it is told to end. It takes its options from flags, environment and a file, and tells
/// everything that is wrong with them at once.
/// </summary>
internal sealed class RunCommand : Command
{
    private Func<ParseResult, CancellationToken, Task<int>> _action = (_, _) => Task.FromResult(ExitCodes.Usage);

    private RunCommand(string name, string description)
        : base(name, description)
    {
    }

    /// <param name="read">Makes the options of what was given.</param>
    /// <param name="run">Returns the exit code.</param>
    public static RunCommand Create<T>(
        CommandIo io, string name, string description, Uses use,
        Func<OptionSources, HostFacts, Read<T>> read, Func<T, CommandIo, CancellationToken, Task<int>> run)
        where T : class
    {
        var command = new RunCommand(name, description);
        var options = Mysos.Host.Options.Flags.Of(use).ToDictionary(f => f, ToOption);
        foreach (var option in options.Values)
            command.Options.Add(option);
        command._action = async (parsed, cancellation) =>
        {
            var flags = options
                .Where(o => parsed.GetResult(o.Value) is { Implicit: false } given && (o.Key.Value is null || given.Tokens.Count > 0))
                .ToDictionary(o => o.Key.Name, o => Given(parsed, o.Value));
            var (sources, problems) = Sources(flags, io);
            problems.InsertRange(0, Unparsed(parsed, options.Keys));
            var (value, more) = read(sources, HostFactsReader.Read());
            problems.AddRange(more);
            return problems.Count > 0 || value is null
                ? await RefuseAsync(io, name, problems)
                : await GuardAsync(io, name, () => run(value, io, cancellation));
        };
        command.SetAction(command._action);
        return command;
    }

    /// <summary>Tells all that is wrong with a command line that could not be parsed, as the command itself would.</summary>
    public Task<int> RefuseAsync(ParseResult parsed) => _action(parsed, CancellationToken.None);

    /// <summary>Tells what is wrong with the options.</summary>
    public static async Task<int> RefuseAsync(CommandIo io, string name, IReadOnlyCollection<string> problems)
    {
        await io.Error.WriteLineAsync($"mysos {name} cannot start; {(problems.Count == 1 ? "an option is" : "these options are")} wrong:");
        foreach (var problem in problems)
            await io.Error.WriteLineAsync($"  {problem}");
        await io.Error.WriteLineAsync($"See: mysos {name} --help");
        return ExitCodes.Usage;
    }

    /// <summary>What the surroundings refuse (a port that is taken, a directory in use) is a sentence, not a stack trace.</summary>
    private static async Task<int> GuardAsync(CommandIo io, string name, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException
            or System.Net.Sockets.SocketException)
        {
            await io.Error.WriteLineAsync($"mysos {name}: {e.Message}");
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Ok;
        }
    }

    private static Option<string?> ToOption(Flag flag)
    {
        var option = new Option<string?>($"--{flag.Name}")
        {
            Description = $"{flag.Help} [{flag.Environment}]",
            HelpName = flag.Value ?? "true|false",
            Arity = flag.Value is null ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        };
        if (option.HelpName.Contains('|', StringComparison.Ordinal))
            option.CompletionSources.Add(option.HelpName.Split('|'));
        return option;
    }

    /// <summary>What the parser found wrong, and what it did not recognize.</summary>
    private static IEnumerable<string> Unparsed(ParseResult parsed, IEnumerable<Flag> flags)
    {
        var unknown = parsed.UnmatchedTokens;
        var errors = parsed.Errors.Select(e => e.Message).Where(m => !unknown.Any(t => m.Contains($"'{t}'", StringComparison.Ordinal)));
        // The value after an unknown option is unknown as well; it says nothing more, and may be a secret.
        var told = unknown.Where((t, i) => t.StartsWith('-') || i == 0 || !unknown[i - 1].StartsWith('-'));
        return errors.Concat(told.Select(t => t.StartsWith('-')
            ? $"{Shown(t)}: there is no such option.{Similar.Hint(Shown(t).TrimStart('-'), flags.Select(f => f.Name))}"
            : $"{t}: there are only options here, and each starts with --."));
    }

    private static string Given(ParseResult parsed, Option<string?> option) =>
        parsed.GetResult(option)!.Tokens is [var token, ..] ? token.Value : "true";

    private static (OptionSources Sources, List<string> Problems) Sources(Dictionary<string, string> flags, CommandIo io)
    {
        var problems = new List<string>();
        var none = new Dictionary<string, string>();
        var named = flags.GetValueOrDefault("config") ?? io.Environment.GetValueOrDefault("MYSOS_CONFIG");
        var path = named ?? "appsettings.json";
        IReadOnlyDictionary<string, string> file = none;
        if (named is not null || File.Exists(path))
        {
            try
            {
                (file, var wrong) = OptionFile.Parse(File.ReadAllBytes(path), path);
                problems.AddRange(wrong);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{(named is null ? path : "--config")}: {e.Message}");
            }
        }

        return (new OptionSources(flags, io.Environment, file, Path.GetFileName(path)), problems);
    }

    /// <summary>Without a value: it may be a secret.</summary>
    private static string Shown(string token) =>
        token.StartsWith('-') && token.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals ? token[..equals] : token;
}
