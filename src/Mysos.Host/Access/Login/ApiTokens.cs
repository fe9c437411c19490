using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mysos.Host.Access.Login;

/// <summary>
/// Secrets for programs: 256 random bits, so that a plain hash keeps them as safe as a slow one would. The beginning tells a
/// scanner for leaked secrets what it has found.
/// </summary>
internal static class ApiTokens
{
    private const string Start = "mysos_";
    private const string HashStart = "sha256:";
    private const int Bytes = 32;

    public static string New() => Start + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static string Hash(string token) => HashStart + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static bool IsHash(string text) =>
        text.StartsWith(HashStart, StringComparison.Ordinal)
        && text.Length == HashStart.Length + 2 * SHA256.HashSizeInBytes
        && text.AsSpan(HashStart.Length).IndexOfAnyExcept("0123456789abcdef") < 0;
}
