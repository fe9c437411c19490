using System.Collections.Immutable;
using System.Net;

namespace Mysos.Host.Options;

/// <summary>The options about who is let in, and which of them need each other.</summary>
internal static class AccessOptions
{
    private static readonly (string Name, string Needs)[] Needs =
    [
        ("tls_cert", "tls_key"), ("tls_key", "tls_cert"), ("plain_port", "tls_cert"), ("open_metrics", "auth_file"),
        ("oidc_authority", "auth_file"), ("oidc_authority", "oidc_client_id"), ("oidc_authority", "oidc_client_secret_file"),
        ("oidc_client_id", "oidc_authority"), ("oidc_client_secret_file", "oidc_authority"), ("oidc_role_claim", "oidc_authority"),
    ];

    public static void CheckTogether(OptionValues values)
    {
        foreach (var (name, needed) in Needs)
        {
            if (values.IsGiven(name) && !values.IsGiven(needed))
                values.Wrong(name, $"it needs --{needed} too.");
        }
    }

    public static ImmutableArray<IPAddress> Proxies(OptionValues values)
    {
        var proxies = ImmutableArray.CreateBuilder<IPAddress>();
        foreach (var text in values.Text("trusted_proxies")?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (IPAddress.TryParse(text, out var address))
                proxies.Add(address);
            else
                values.Wrong("trusted_proxies", $"'{text}' is not an IP address; give those of the proxies, separated by commas.");
        }
        return proxies.DrainToImmutable();
    }

    /// <summary>Codes and tokens go there, so only this machine may be asked without TLS.</summary>
    public static Uri? Authority(OptionValues values)
    {
        if (values.Text("oidc_authority") is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback)))
            return uri;
        values.Wrong("oidc_authority", $"'{text}' is not an address such as https://login.example.com/realm.");
        return null;
    }
}
