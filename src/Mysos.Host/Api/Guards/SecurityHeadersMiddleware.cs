using Mysos.Host.Composition;

namespace Mysos.Host.Api.Guards;

/// <summary>
/// Headers that keep browsers from treating answers as something else, showing them inside other sites, loading anything from
/// elsewhere, or coming back without TLS.
/// </summary>
internal sealed class SecurityHeadersMiddleware(RequestDelegate next, MysosWebSettings settings)
{
    /// <summary>Styles may be inline, because MudBlazor's are; scripts may not.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    private const string OneYear = "max-age=31536000";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (settings.Tls is not null)
            headers.StrictTransportSecurity = OneYear;
        return next(context);
    }
}
