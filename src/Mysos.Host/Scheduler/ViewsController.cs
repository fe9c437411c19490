using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Host.Access;

namespace Mysos.Host.Scheduler;

/// <summary>For the schedulers that follow this one.</summary>
[ApiController]
[ApiExplorerSettings(IgnoreApi = true)]
internal sealed class ViewsController(IServiceProvider services, IReadModel model, TimeProvider time, IHostApplicationLifetime lifetime) : ControllerBase
{
    /// <summary>Of other schedulers there are a few; each stream costs a comparison of views.</summary>
    private const int MostReaders = 32;

    private static int s_readers;

    [HttpGet(ViewStream.Path)]
    [Authorize(Policies.Peer)]
    public async Task FollowAsync()
    {
        if (services.GetService<CurrentTerm>() is not { Leads: true } term)
            throw new RequestException(StatusCodes.Status503ServiceUnavailable, null, "This scheduler does not lead; its views are those of another.");
        if (Interlocked.Increment(ref s_readers) > MostReaders)
        {
            Interlocked.Decrement(ref s_readers);
            throw new RequestException(StatusCodes.Status503ServiceUnavailable, null, $"{MostReaders} schedulers follow this one already.");
        }
        try
        {
            Response.ContentType = "application/x-ndjson";
            Response.Headers.CacheControl = "no-store";
            HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(HttpContext.RequestAborted, lifetime.ApplicationStopping);
            await ViewStream.WriteAsync(Response.BodyWriter, model, () => term.Leads, time, end.Token);
        }
        catch (OperationCanceledException) when (HttpContext.RequestAborted.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The reader left, or this program stops; readers go to the next leader.
        }
        finally
        {
            Interlocked.Decrement(ref s_readers);
        }
    }
}
