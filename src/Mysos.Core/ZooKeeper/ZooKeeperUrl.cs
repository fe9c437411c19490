using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mysos.Core.ZooKeeper;

/// <summary>
/// <c>zk://user:password@host1:2181,host2:2181/path</c>. User, port (2181) and path may be left out. The path is where
/// Mysos keeps its nodes; the client itself has no chroot, so callers use <see cref="At"/>.
/// </summary>
public sealed class ZooKeeperUrl
{
    private const string Scheme = "zk://";
    private const int DefaultPort = 2181;

    private ZooKeeperUrl(ImmutableArray<string> hosts, string path, string? credentials) =>
        (Hosts, Path, Credentials) = (hosts, path, credentials);

    /// <summary>Each as <c>host:port</c>; at least one.</summary>
    public ImmutableArray<string> Hosts { get; }

    /// <summary>Absolute, without a slash at its end; <c>/</c> when the url has none.</summary>
    public string Path { get; }

    /// <summary><c>user:password</c> of the digest scheme; null without. Never to be logged.</summary>
    public string? Credentials { get; }

    /// <summary>All hosts, as ZooKeeper's clients take them.</summary>
    public string ConnectString => string.Join(',', Hosts);

    /// <summary>The absolute path of a node below <see cref="Path"/>: <c>At("state/scheduler")</c>.</summary>
    public string At(string relative) => Path == "/" ? $"/{relative}" : $"{Path}/{relative}";

    /// <summary>The url without its credentials.</summary>
    public override string ToString() => Scheme + ConnectString + (Path == "/" ? "" : Path);

    /// <exception cref="FormatException">The message says what is wrong with the text, without its credentials.</exception>
    public static ZooKeeperUrl Parse(string text) =>
        TryParse(text, out var url, out var error) ? url : throw new FormatException(error);

    /// <param name="error">What is wrong and what would be right; it never quotes credentials.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ZooKeeperUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        error = Read(text ?? "", out var parsed);
        if (error is not null)
        {
            error += " A ZooKeeper url looks like zk://user:password@host1:2181,host2:2181/mysos (user, ports and path can be left out).";
            return false;
        }
        url = parsed!;
        return true;
    }

    private static string? Read(string text, out ZooKeeperUrl? url)
    {
        url = null;
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
            return "The ZooKeeper url does not start with 'zk://'.";
        var rest = text[Scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? "/" : rest[slash..];
        if (path.Contains('@', StringComparison.Ordinal) && !authority.Contains('@', StringComparison.Ordinal))
            return "The ZooKeeper url has an '@' in its path: neither user nor password may contain a '/'.";
        string? credentials = null;
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            credentials = authority[..at];
            authority = authority[(at + 1)..];
            if (credentials.IndexOf(':', StringComparison.Ordinal) < 1 || credentials.EndsWith(':'))
                return "Before the '@' of the ZooKeeper url must stand user:password.";
        }
        var hosts = ImmutableArray.CreateBuilder<string>();
        foreach (var host in authority.Split(','))
        {
            if (ReadHost(host) is not { } complete)
                return $"'{host}' in the ZooKeeper url is not a host:port.";
            hosts.Add(complete);
        }
        path = path == "/" ? path : path.TrimEnd('/');
        if (ZNodePath.Problem(path) is { } problem)
            return $"The path of the ZooKeeper url is not usable: {problem}";
        url = new ZooKeeperUrl(hosts.ToImmutable(), path, credentials);
        return null;
    }

    private static string? ReadHost(string text)
    {
        var bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : 0;
        if (bracket < 0)
            return null;
        var colon = text.IndexOf(':', bracket);
        var host = colon < 0 ? text : text[..colon];
        if (host.Length == 0 || host.Any(c => char.IsWhiteSpace(c) || c is '?' or '#'))
            return null;
        if (colon < 0)
            return $"{host}:{DefaultPort}";
        return ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? $"{host}:{port}"
            : null;
    }
}
