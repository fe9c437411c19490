using System.Security.Cryptography.X509Certificates;
using Mysos.Core.Security;
using Mysos.Host.Access.Files;
using Mysos.Host.Options;
using Mysos.Host.Tls;

namespace Mysos.Host.Access;

/// <summary>What the web side is told of who is let in, and how it speaks.</summary>
internal sealed record WebAccess(AccessSettings Access, TlsSettings? Tls, PeerAuthorities Peers);

/// <summary>Reads the files that the options about access name, and tells of all that are wrong at once.</summary>
internal static class AccessFiles
{
    private const string DefaultRoleClaim = "groups";

    /// <param name="key">Null when that is wrong too, and only the problems are of use.</param>
    public static Read<WebAccess> Load(SchedulerOptions options, SchedulerKey? key)
    {
        var problems = new List<string>();
        var file = Try("auth_file", () => options.AuthFile is { } path ? Directory(path, problems) : null);
        var tls = Try("tls_cert", () => options is { TlsCert: { } cert, TlsKey: { } keyFile }
            ? new TlsSettings(cert, keyFile, TlsFiles.LoadServer(cert, keyFile), options.PlainPort)
            : null);
        var authorities = Try<X509Certificate2Collection>("tls_ca", () => options.TlsCa is { } ca ? TlsFiles.LoadAuthorities(ca) : null);
        var oidc = Try("oidc_client_secret_file", () => options.OidcAuthority is { } authority
            ? new OidcSettings(authority, options.OidcClientId!, FirstLine(options.OidcClientSecretFile!), options.OidcRoleClaim ?? DefaultRoleClaim)
            : null);
        if (oidc is not null && file is { OidcRoles.IsEmpty: true })
            problems.Add($"--auth_file: '{options.AuthFile}' has no oidc_roles, so nobody could log in with --oidc_authority; add some, such as 'oidc_roles: {{ dba: operator }}'.");
        return Read<WebAccess>.Of(
            new WebAccess(
                new AccessSettings
                {
                    AuthFile = options.AuthFile, File = file, Key = key, OpenMetrics = options.OpenMetrics, TrustedProxies = options.TrustedProxies, Oidc = oidc,
                },
                tls, new PeerAuthorities(authorities)),
            problems);

        T? Try<T>(string flag, Func<T?> load)
            where T : class
        {
            try
            {
                return load();
            }
            catch (InvalidDataException e)
            {
                problems.Add($"--{flag}: {e.Message}");
                return null;
            }
        }
    }

    private static AccessFile? Directory(string path, List<string> problems)
    {
        var read = AccessDirectory.Load(path);
        problems.AddRange(read.Problems.Select(p => $"--auth_file: {p}"));
        return read.Options;
    }

    private static string FirstLine(string path) =>
        PrivateFile.ReadText(path).Split('\n')[0].Trim() is { Length: > 0 } line ? line : throw new InvalidDataException($"The first line of '{path}' is empty; it must be the secret.");
}
