namespace Mysos.Host.Api.Guards;

/// <summary>Which site's page made a browser send a request.</summary>
internal enum RequestSite
{
    /// <summary>This one's.</summary>
    Own,
    Other,
    /// <summary>None, as far as the request says: it was typed in, or is no browser's.</summary>
    Unsaid,
}

/// <summary>Reads it from what <see href="https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html#fetch-metadata-headers">browsers tell and scripts cannot</see>.</summary>
internal static class RequestSites
{
    public static RequestSite Of(HttpRequest request)
    {
        // https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
            return site switch { "same-origin" => RequestSite.Own, "none" => RequestSite.Unsaid, _ => RequestSite.Other };
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 ? RequestSite.Unsaid
            : Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
                ? RequestSite.Own
                : RequestSite.Other;
    }

    public static bool IsWrite(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);
}
