using Mysos.Host.Composition;

namespace Mysos.Host.Api.Guards;

/// <summary>
/// Headers that keep browsers from treating answers as something else, showing them inside other sites, loading anything from
/// elsewhere, or coming back without TLS.
/// </summary>
internal sealed class SecurityHeadersMiddleware(RequestDelegate next, MysosWebSettings settings)
{
    private const string OneYear = "max-age=31536000";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (settings.Tls is not null)
            headers.StrictTransportSecurity = OneYear;
        context.Response.OnStarting(() =>
        {
            headers.ContentSecurityPolicy = ContentPolicy.Of(context);
            return Task.CompletedTask;
        });
        return next(context);
    }
}
