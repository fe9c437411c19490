using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mysos.Core.Access;
using Mysos.Core.Security;

namespace Mysos.Host.Access.Peers;

/// <summary>
/// What one scheduler says to another about a request: who has asked for it, as the first one has let them in. It is signed
/// (HMAC-SHA256) with a key that comes from the scheduler key, which all of them have, and counts for one method and path and a few minutes.
/// </summary>
internal sealed class PeerSeal(byte[] key, TimeProvider time)
{
    public const string Header = "Mysos-Peer";

    /// <summary>Between the clocks of two schedulers, and on the way.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    /// <summary>One that other schedulers with the same key believe; without a key, none does.</summary>
    public static PeerSeal Of(SchedulerKey? key, TimeProvider time) =>
        new(key?.Derive("mysos schedulers' requests to each other", 32) ?? RandomNumberGenerator.GetBytes(32), time);

    /// <param name="by">Null: the scheduler itself asks.</param>
    /// <param name="target">Path and query, as they are sent.</param>
    public string Sign(string method, string target, Actor? by)
    {
        var said = JsonSerializer.SerializeToUtf8Bytes(new Statement(method, target, time.GetUtcNow(), by), PeerJson.Default.Statement);
        return $"{Base64Url.EncodeToString(said)}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, said))}";
    }

    /// <returns>Who asks (null: the other scheduler itself), or what is wrong with the header.</returns>
    public (Actor? By, string? Problem) Read(string header, string method, string target)
    {
        if (header.Split('.') is not [var said, var signature] || Decode(said) is not { } bytes || Decode(signature) is not { } mac)
            return (null, $"The header {Header} is none that a scheduler sends.");
        if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, bytes), mac))
            return (null, "The scheduler that passed this on has another --scheduler_keypath than this one; all must have the same.");
        var statement = JsonSerializer.Deserialize(bytes, PeerJson.Default.Statement)!;
        return (time.GetUtcNow() - statement.At).Duration() > Tolerance
            ? (null, $"The clocks of the two schedulers differ by more than {Tolerance.TotalMinutes:0} minutes, or the request is an old one; set the clocks.")
            : statement.Method != method || statement.Target != target ? (null, $"The header {Header} was made for another request.")
            : (statement.By, null);
    }

    private static byte[]? Decode(string text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

internal sealed record Statement(string Method, string Target, DateTimeOffset At, Actor? By);

[JsonSerializable(typeof(Statement))]
internal sealed partial class PeerJson : JsonSerializerContext;
