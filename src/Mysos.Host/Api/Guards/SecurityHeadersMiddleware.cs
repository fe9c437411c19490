namespace Mysos.Host.Api.Guards;

/// <summary>Headers that keep browsers from treating answers as something else, or showing them inside other sites.</summary>
internal sealed class SecurityHeadersMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        context.Response.OnStarting(() =>
        {
            headers.ContentSecurityPolicy = ContentPolicy.Of(context);
            return Task.CompletedTask;
        });
        return next(context);
    }
}
