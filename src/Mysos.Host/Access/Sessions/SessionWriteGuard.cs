using Mysos.Core.Clusters;
using Mysos.Host.Api.Guards;

namespace Mysos.Host.Access.Sessions;

/// <summary>A browser sends its cookie with whatever any page makes it send: a change with a cookie must prove that this site's page asks for it.</summary>
internal sealed class SessionWriteGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.User.Identity?.AuthenticationType == Schemes.Session && RequestSites.IsWrite(context.Request) && RequestSites.Of(context.Request) != RequestSite.Own
            ? throw new RequestException(StatusCodes.Status403Forbidden, null,
                "The request has the dashboard's cookie but does not come from the dashboard; programs send an Authorization header instead.")
            : next(context);
}
