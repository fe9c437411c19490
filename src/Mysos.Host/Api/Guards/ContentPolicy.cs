using Mysos.Host.Api.OpenApi;
using Scalar.AspNetCore;

namespace Mysos.Host.Api.Guards;

/// <summary>
/// What a browser may load and run on a page of this program: what comes from it, and, on the API's reference alone, the
/// scripts within the page that bear the request's nonce.
/// </summary>
internal static class ContentPolicy
{
    private const string OwnScripts = "script-src 'self'";

    /// <summary>Styles may be inline, because MudBlazor's are; scripts may not.</summary>
    private const string Everywhere = $"default-src 'none'; {OwnScripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    public static string Of(HttpContext context) =>
        context.Request.Path.StartsWithSegments(ApiReference.Path) && context.Items[ScalarOptions.NonceHttpContextItemKey] is string nonce
            ? Everywhere.Replace(OwnScripts, $"{OwnScripts} 'nonce-{nonce}'", StringComparison.Ordinal)
            : Everywhere;
}
