using System.Text;

namespace Mysos.Host.Api.Fields;

/// <summary>
/// Reads <see href="https://url.spec.whatwg.org/#urlencoded-parsing"><c>application/x-www-form-urlencoded</c></see>, strictly: a
/// broken escape or bytes that are not UTF-8 are an error. A lenient reader would take them for text, and make a
/// password of it that its owner never typed.
/// </summary>
internal static class UrlEncodedForm
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Each pair in order; null instead of a name or value that cannot be decoded.</summary>
    public static IEnumerable<(string? Name, string? Value)> Parse(ReadOnlyMemory<byte> body)
    {
        for (var start = 0; start < body.Length;)
        {
            var length = body.Span[start..].IndexOf((byte)'&');
            var pair = length < 0 ? body[start..] : body.Slice(start, length);
            start += pair.Length + 1;
            if (pair.IsEmpty)
            {
                continue;
            }

            var equals = pair.Span.IndexOf((byte)'=');
            yield return equals < 0
                ? (Decode(pair.Span), "")
                : (Decode(pair.Span[..equals]), Decode(pair.Span[(equals + 1)..]));
        }
    }

    private static string? Decode(ReadOnlySpan<byte> encoded)
    {
        var bytes = new byte[encoded.Length];
        var count = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] != '%')
            {
                bytes[count++] = encoded[i] == '+' ? (byte)' ' : encoded[i];
                continue;
            }

            if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit((char)encoded[i + 1]) || !char.IsAsciiHexDigit((char)encoded[i + 2]))
            {
                return null;
            }

            bytes[count++] = (byte)((Hex(encoded[i + 1]) << 4) | Hex(encoded[i + 2]));
            i += 2;
        }

        try
        {
            return Strict.GetString(bytes, 0, count);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
