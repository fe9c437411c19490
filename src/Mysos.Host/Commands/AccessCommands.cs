using System.CommandLine;
using Mysos.Core.Access;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Access.Files;
using Mysos.Host.Access.Login;

namespace Mysos.Host.Commands;

/// <summary><c>mysos hash-password</c> and <c>mysos make-token</c>: what goes into <c>--auth_file</c>.</summary>
internal static class AccessCommands
{
    public static IEnumerable<Command> Create(CommandIo io) => [HashPassword(io), MakeToken(io)];

    private static Command HashPassword(CommandIo io)
    {
        var command = new Command("hash-password",
            "Reads a password, from the terminal or a line of standard input, and prints what stands for it in the file of --auth_file.");
        command.SetAction(async (_, _) =>
        {
            if (await ReadPasswordAsync(io) is not { } password)
                return ExitCodes.Usage;
            await io.Out.WriteLineAsync(PasswordHashes.Hash(password));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command MakeToken(CommandIo io)
    {
        var name = new Argument<string>("name") { Description = "Who is to use it; it appears in events and in the audit log." };
        var role = new Option<string>("--role") { Description = "What it may do. [default: viewer]", HelpName = string.Join('|', Enum.GetValues<Role>().Select(EnumWords.Of)) };
        role.AcceptOnlyFromAmong([.. Enum.GetValues<Role>().Select(EnumWords.Of)]);
        var command = new Command("make-token", "Makes a token for a program, and prints it once, with the line for the file of --auth_file.") { name, role };
        command.SetAction(async (parsed, _) =>
        {
            var named = parsed.GetRequiredValue(name);
            if (!AccessFileReader.IsName(named))
            {
                await io.Error.WriteLineAsync("mysos make-token: the name must be 1 to 64 of A-Z a-z 0-9 _ . @ -");
                return ExitCodes.Usage;
            }
            var token = ApiTokens.New();
            await io.Error.WriteLineAsync("The token, which is shown this once:");
            await io.Out.WriteLineAsync(token);
            await io.Error.WriteLineAsync("For the list 'tokens' in the file:");
            await io.Out.WriteLineAsync($"- {{ name: '{named}', role: {parsed.GetValue(role) ?? EnumWords.Of(Role.Viewer)}, hash: '{ApiTokens.Hash(token)}' }}");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Null when it is none; that has been said.</summary>
    private static async Task<string?> ReadPasswordAsync(CommandIo io)
    {
        string? password, again;
        if (io.ReadHidden is { } read)
        {
            await io.Error.WriteAsync("Password: ");
            password = read();
            await io.Error.WriteAsync("Again: ");
            again = read();
        }
        else
        {
            password = again = await io.In.ReadLineAsync();
        }
        var problem = string.IsNullOrEmpty(password) ? "no password was given."
            : password.Length is < PasswordHashes.Shortest or > PasswordHashes.Longest
                ? $"a password must have {PasswordHashes.Shortest} to {PasswordHashes.Longest} characters."
            : password.Any(char.IsControl) ? "a password must have no control characters."
            : password != again ? "the two are not the same."
            : null;
        if (problem is null)
            return password;
        await io.Error.WriteLineAsync($"mysos hash-password: {problem}");
        return null;
    }
}
