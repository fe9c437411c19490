using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Mysos.LocalMesos.Http;

/// <summary>Basic authentication of schedulers (<c>--authenticate_http_frameworks</c>).</summary>
/// <param name="credentials">Secrets by principal; null or empty: nobody is asked.</param>
internal sealed class Authentication(IReadOnlyDictionary<string, string>? credentials)
{
    private const string Scheme = "Basic ";

    /// <summary>Looks at the request's credentials before anything else of it.</summary>
    /// <returns>False: they are missing or wrong, and the client has been told so.</returns>
    public async Task<(bool IsAllowed, string? Principal)> CheckAsync(HttpContext context)
    {
        if (credentials is not { Count: > 0 })
            return (true, null);
        if (Principal(context.Request.Headers.Authorization.ToString()) is { } principal)
            return (true, principal);
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"mesos-master-scheduler\"";
        await Answers.WriteAsync(context, 401, "401 Unauthorized.").ConfigureAwait(false);
        return (false, null);
    }

    private string? Principal(string header)
    {
        if (!header.StartsWith(Scheme, StringComparison.Ordinal))
            return null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out var length))
            return null;
        var given = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = given.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !credentials!.TryGetValue(given[..colon], out var secret))
            return null;
        var isRight = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(given[(colon + 1)..]));
        return isRight ? given[..colon] : null;
    }
}
