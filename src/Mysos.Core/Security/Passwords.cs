using System.Security.Cryptography;
using System.Text;

namespace Mysos.Core.Security;

/// <summary>Makes passwords.</summary>
public static class PasswordGenerator
{
    /// <summary>Characters of a password.</summary>
    public const int Length = 21;

    private const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>A new password of 21 letters and digits: 125 bits of the system's randomness.</summary>
    public static string New() => RandomNumberGenerator.GetString(Characters, Length);
}

/// <summary>Compares passwords.</summary>
public static class Passwords
{
    /// <summary>
    /// Whether two passwords are the same, in a time that tells nothing about where or in what length they differ. A
    /// missing one equals nothing.
    /// </summary>
    public static bool Equal(string? a, string? b)
    {
        // Hashes have one length, which FixedTimeEquals needs to compare without leaking it.
        Span<byte> hashA = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> hashB = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(a ?? ""), hashA);
        SHA256.HashData(Encoding.UTF8.GetBytes(b ?? ""), hashB);
        return CryptographicOperations.FixedTimeEquals(hashA, hashB) & a is not null & b is not null;
    }
}
