using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Mysos.Core.Clusters;

namespace Mysos.Host.Executor;

/// <summary>Serves the <see cref="ExecutorPackage"/> to the fetchers of Mesos agents.</summary>
[ApiController]
[ApiExplorerSettings(IgnoreApi = true)]
internal sealed class ExecutorPackageController(IServiceProvider services) : ControllerBase
{
    [AllowAnonymous]
    [AcceptVerbs("GET", "HEAD", Route = "executor/{sha512}/" + ExecutorPackage.FileName)]
    public IActionResult Get([FromRoute] string? sha512)
    {
        // There is none when the agents get the executor from elsewhere (--executor_uri).
        if (services.GetService<ExecutorPackage>() is not { } package || !string.Equals(package.Sha512, sha512, StringComparison.Ordinal))
        {
            throw new RequestException(StatusCodes.Status404NotFound, null, "This scheduler has no executor package with that hash.");
        }

        if (!package.IsUnchanged)
        {
            throw new RequestException(StatusCodes.Status503ServiceUnavailable, null,
                "The executor package has changed on disk since the scheduler started; restart the scheduler to serve the new one.");
        }

        Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return new PhysicalFileResult(package.File, "application/gzip")
        {
            EntityTag = new EntityTagHeaderValue($"\"{package.Sha512[..32]}\""),
            EnableRangeProcessing = true,
        };
    }
}
