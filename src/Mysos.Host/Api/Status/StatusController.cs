using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Mysos.Core.Clusters;
using Mysos.Host.Access;
using Mysos.Host.Api.Clusters;
using Mysos.Host.Api.Errors;

namespace Mysos.Host.Api.Status;

/// <summary>How the scheduler itself does.</summary>
[ApiController]
[Tags("Status")]
internal sealed class StatusController(IReadModel model, IReadiness readiness, TimeProvider time) : ControllerBase
{
    /// <summary>The scheduler's counters and gauges as one JSON object.</summary>
    [HttpGet("vars.json")]
    [Authorize(Policies.Metrics)]
    [ProducesResponseType<Dictionary<string, double>>(200, "application/json")]
    public IActionResult Vars() => new BytesResult(Status.Vars.Serialize(model.Current, time.GetUtcNow()));

    /// <summary>200 as long as the process works.</summary>
    [AcceptVerbs("GET", "HEAD", Route = "health")]
    [AllowAnonymous]
    [ProducesResponseType(200)]
    public IActionResult Health() => new BytesResult("""{"status":"ok"}"""u8.ToArray());

    /// <summary>200 when requests can be served, else 503 with what is waited for.</summary>
    [AcceptVerbs("GET", "HEAD", Route = "ready")]
    [AllowAnonymous]
    [ProducesResponseType(200)]
    [ProducesResponseType<ProblemBody>(503, Problems.ContentType)]
    public IActionResult Ready()
    {
        var ready = readiness.Check();
        return ready.WaitsFor is { } waitsFor
            ? throw new RequestException(StatusCodes.Status503ServiceUnavailable, null, waitsFor)
            : new BytesResult(JsonSerializer.SerializeToUtf8Bytes(
                new ReadyBody("ready", ready.Leads, ready.Leader, ready.StaleSince), ReadyJson.Default.ReadyBody));
    }
}
