using System.Globalization;

namespace Mysos.Host.Options;

/// <summary><c>zk://[user:password@]host:port[,host:port…]/path</c>.</summary>
public sealed record ZooKeeperUrl
{
    private const int DefaultPort = 2181;

    /// <summary><c>host:port,host:port</c>, as ZooKeeper's clients take it, without the path.</summary>
    public required string Servers { get; init; }

    /// <summary>Absolute, without a slash at its end; never only a slash.</summary>
    public required string Path { get; init; }

    /// <summary>For digest authentication; null when the URL has none.</summary>
    public string? User { get; init; }
    public string? Password { get; init; }

    /// <summary>Without credentials: for people, logs and answers.</summary>
    public string Public => $"zk://{Servers}{Path}";

    public override string ToString() => Public;

    /// <summary>Null and what is wrong, without the credentials in it, when <paramref name="text"/> is no such URL.</summary>
    public static (ZooKeeperUrl? Url, string? Problem) Parse(string text)
    {
        const string Scheme = "zk://";
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
            return (null, "does not start with zk://");
        var rest = text[Scheme.Length..];
        string? user = null, password = null;
        // The last '@': a password may have one.
        var at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            var colon = rest.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || colon > at)
                return (null, "has credentials that are not user:password");
            (user, password, rest) = (rest[..colon], rest[(colon + 1)..at], rest[(at + 1)..]);
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var path = slash < 0 ? "" : rest[slash..].TrimEnd('/');
        if (path.Length == 0)
            return (null, "has no path");
        if (path.Split('/').Skip(1).Any(part => part is "" or "." or ".." || part.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))))
            return (null, $"has the path '{path}', which is none for ZooKeeper");
        var servers = rest[..slash].Split(',').Select(Server).ToArray();
        return servers.Contains(null)
            ? (null, $"has the servers '{rest[..slash]}', which are not host:port,host:port")
            : (new ZooKeeperUrl { Servers = string.Join(',', servers), Path = path, User = user, Password = password }, null);
    }

    private static string? Server(string text) => HostAndPort.Parse(text, DefaultPort)?.ToString();
}

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
