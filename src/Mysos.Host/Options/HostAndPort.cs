using System.Globalization;

namespace Mysos.Host.Options;

/// <summary><c>host:port</c>; an IPv6 address is written in brackets.</summary>
internal sealed record HostAndPort(string Host, int Port)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    public static HostAndPort? Parse(string text, int defaultPort)
    {
        var bracket = text.LastIndexOf(']');
        var colon = text.IndexOf(':', bracket + 1);
        var host = colon < 0 ? text : text[..colon];
        var port = defaultPort;
        if (colon >= 0 && !(int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536))
            return null;
        // Brackets included, UriHostNameType tells a name or address from anything else.
        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 ? new(host, port) : null;
    }
}
