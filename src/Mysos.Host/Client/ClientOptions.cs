using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Commands;
using Mysos.Host.Tls;

namespace Mysos.Host.Client;

/// <summary>What all client commands take.</summary>
internal static class ClientOptions
{
    private const string DefaultApi = "http://127.0.0.1:55001";

    public static Option<string?> Api() => new("--api")
    {
        Description = $"Address of any Mysos scheduler. [default: {DefaultApi}] [MYSOS_API]",
        HelpName = "URL",
    };

    public static Option<string?> Ca() => new("--ca")
    {
        Description = "A PEM file with the CAs that Mysos' certificate may come from. [default: the system's] [MYSOS_CA]", HelpName = "FILE",
    };

    public static Option<string?> TokenFile() => new("--token-file")
    {
        Description = "A file whose first line is a token to log in with; - reads standard input. [MYSOS_TOKEN holds the token itself]", HelpName = "FILE",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print the API's JSON answer, for programs." };

    public static Option<string?> Password(string of) => new("--password")
    {
        Description = $"{of} Others can see it in the list of processes; better use --password-file or MYSOS_PASSWORD.",
        HelpName = "PASSWORD",
    };

    public static Option<string?> PasswordFile() => new("--password-file")
    {
        Description = "A file whose first line is the password; - reads standard input. [MYSOS_PASSWORD holds the password itself]",
        HelpName = "FILE",
    };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Only print what would be done." };

    public static Option<string?> IdempotencyKey() => new("--idempotency-key")
    {
        Description = "Repeating the command with the same key does nothing twice. [default: a random one]", HelpName = "KEY",
    };

    public static Option<string?> IfVersion() => new("--if-version")
    {
        Description = "Only if the cluster's version, as 'mysos get' shows it, is still this.", HelpName = "VERSION",
    };

    public static Option<string?> ElectionPolicy() => new("--election-policy")
    {
        Description = "When nobody answers who is sure to have the last write: wait, or elect another after the timeout; default: the scheduler's.",
        HelpName = "lossless|available|default", CompletionSources = { "lossless", "available", "default" },
    };

    public static Option<string?> ElectionTimeout() => new("--election-timeout")
    {
        Description = "How long an election by the policy available waits, such as 10s; default: the scheduler's.", HelpName = "TIME",
    };

    public static Option<string?> SyncReplicas() => new("--sync-replicas")
    {
        Description = "How many slaves acknowledge each write, while so many serve; default: the scheduler's.", HelpName = "NUMBER",
    };

    public static string KeyOf(string? given) => given ?? Guid.NewGuid().ToString("N");

    public static Argument<string> Name() => new("name") { Description = "The cluster's name.", HelpName = "name" };

    /// <summary>The name of a cluster that there is.</summary>
    public static Argument<string> ExistingName()
    {
        var name = Name();
        name.CompletionSources.Add(ClusterNames.Complete);
        return name;
    }

    public static Option<bool> Wait() => new("--wait") { Description = "Wait until it is done, and show how far it is." };

    /// <summary>A length of time, checked.</summary>
    public static Option<string> Timeout()
    {
        var timeout = new Option<string>("--timeout") { Description = "How long to wait, such as 90s or 10m. [default: 10m]", HelpName = "TIME" };
        timeout.Validators.Add(given =>
        {
            if (given.Tokens is [var token] && !Durations.TryParse(token.Value, out _))
                given.AddError($"--timeout is '{token.Value}', not a time such as 90s or 10m.");
        });
        return timeout;
    }

    public static TimeSpan ReadTimeout(string? given) => Durations.TryParse(given ?? "10m", out var time) ? time : throw new FormatException(given);

    /// <exception cref="UsageException">It is no HTTP address.</exception>
    public static Uri ReadApi(string? given, CommandIo io)
    {
        var (text, origin) = given is not null ? (given, "--api") : (io.Environment.GetValueOrDefault("MYSOS_API") ?? DefaultApi, "MYSOS_API");
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri!
            : throw new UsageException($"{origin} is '{text}', not an address such as {DefaultApi}.");
    }

    /// <summary>Null when there is none.</summary>
    /// <exception cref="UsageException">There are two, or the file cannot be read.</exception>
    public static Task<string?> ReadPasswordAsync(string? given, string? file, CommandIo io) => given is not null && file is not null
        ? throw new UsageException("--password and --password-file are both given; give one.")
        : ReadSecretAsync(given, file, "MYSOS_PASSWORD", "password", io);

    /// <inheritdoc cref="ReadPasswordAsync"/>
    public static async Task<string?> ReadTokenAsync(string? file, CommandIo io) =>
        await ReadSecretAsync(null, file, "MYSOS_TOKEN", "token", io) is not { } token ? null
        : token.Trim() is { Length: > 0 } trimmed && !trimmed.Any(c => c is < '!' or > '~') ? trimmed
        : throw new UsageException("The token is empty or has characters that no token has; 'mysos make-token' makes one.");

    /// <exception cref="UsageException">The file has no certificates.</exception>
    public static X509Certificate2Collection? ReadCa(string? given, CommandIo io)
    {
        if ((given ?? io.Environment.GetValueOrDefault("MYSOS_CA")) is not { } file)
            return null;
        try
        {
            return TlsFiles.LoadAuthorities(file);
        }
        catch (InvalidDataException e)
        {
            throw new UsageException($"{(given is null ? "MYSOS_CA" : "--ca")}: {e.Message}");
        }
    }

    private static async Task<string?> ReadSecretAsync(string? given, string? file, string variable, string what, CommandIo io)
    {
        if (file is null)
            return given ?? io.Environment.GetValueOrDefault(variable);
        try
        {
            if (file == "-")
                return await io.In.ReadLineAsync() ?? throw new UsageException($"Standard input has no line for the {what}.");
            using var reader = new StreamReader(file);
            return await reader.ReadLineAsync() ?? throw new UsageException($"The {what} file '{file}' is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The {what} file cannot be read: {e.Message}");
        }
    }
}

/// <summary>The command line is wrong.</summary>
internal sealed class UsageException(string message) : Exception(message);
