using System.Buffers.Binary;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Mysos.Host.Access.Login;

/// <summary>
/// Passwords as they are kept: ASP.NET Core Identity's PBKDF2 with HMAC-SHA512 and a salt of its own, with as many rounds as
/// <see href="https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#pbkdf2">OWASP</see> asks for.
/// </summary>
internal static class PasswordHashes
{
    public const int Shortest = 12;
    public const int Longest = 128;

    private const int Iterations = 210_000;
    private const int FewestIterations = 100_000;

    private static readonly PasswordHasher<object> Hasher = new(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private static readonly object Nobody = new();

    /// <summary>Takes as long as any other to be refused.</summary>
    public static string OfNobody { get; } = Hasher.HashPassword(Nobody, Guid.NewGuid().ToString());

    public static string Hash(string password) => Hasher.HashPassword(Nobody, password);

    public static bool Verify(string hash, string password) =>
        Hasher.VerifyHashedPassword(Nobody, hash, password) != PasswordVerificationResult.Failed;

    /// <summary>Why this can be no hash that is safe to use, following 'the password'; null when it can.</summary>
    public static string? Problem(string hash)
    {
        // Format 3: 1, then PRF, iterations and length of the salt (big-endian), the salt, the key.
        const int Head = 13;
        Span<byte> bytes = stackalloc byte[256];
        if (hash.Length > 256 || !Convert.TryFromBase64String(hash, bytes, out var length) || length < Head || bytes[0] != 1)
            return "is not a hash";
        var salt = BinaryPrimitives.ReadUInt32BigEndian(bytes[9..]);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]) is < 1 or > 2 ? "is hashed with another function than HMAC-SHA256 or -SHA512"
            : BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]) < FewestIterations ? $"is hashed in fewer than {FewestIterations} rounds"
            : salt < 16 || length - Head - salt < 32 ? "is a hash that was cut short"
            : null;
    }
}
