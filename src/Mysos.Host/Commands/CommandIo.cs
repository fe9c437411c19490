using System.Collections;

namespace Mysos.Host.Commands;

/// <summary>What a command has around it.</summary>
/// <param name="Out">Results, and nothing else.</param>
/// <param name="Error">Progress and mistakes.</param>
internal sealed record CommandIo(
    TextWriter Out, TextWriter Error, TextReader In, IReadOnlyDictionary<string, string> Environment, TimeProvider Time)
{
    /// <summary>Reads a line that does not appear on the terminal; null where there is none, and <see cref="In"/> is to be read.</summary>
    public Func<string>? ReadHidden { get; init; }
    /// <summary>The next key that was pressed, without showing it; null: there is none yet.</summary>
    public Func<ConsoleKeyInfo?> ReadKey { get; init; } = () => null;
    /// <summary>Results go to a terminal, which somebody looks at and types into.</summary>
    public bool IsTerminal { get; init; }

    public static CommandIo OfProcess() => new(Console.Out, Console.Error, Console.In, Variables(), TimeProvider.System)
    {
        ReadHidden = Console.IsInputRedirected ? null : Terminal.ReadHidden,
        ReadKey = Terminal.ReadKey,
        IsTerminal = !Console.IsOutputRedirected && !Console.IsInputRedirected,
    };

    private static Dictionary<string, string> Variables() => System.Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
}
