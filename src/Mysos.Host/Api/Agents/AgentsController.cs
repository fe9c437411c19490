using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Mysos.Core.Clusters;
using Mysos.Host.Api.Clusters;
using Mysos.Host.Api.Errors;

namespace Mysos.Host.Api.Agents;

/// <summary>Seeing the Mesos agents.</summary>
[ApiController]
[Tags("Mesos")]
internal sealed class AgentsController(IReadModel model) : ControllerBase
{
    /// <summary>The Mesos agents that were offered or run nodes, by id.</summary>
    /// <remarks>With <c>limit</c>, that many at most; a <c>Link</c> header leads to the next page.</remarks>
    [HttpGet("agents")]
    [ProducesResponseType<AgentDocument[]>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(400, Problems.ContentType)]
    public IActionResult List([FromQuery] string? limit, [FromQuery] string? after)
    {
        var query = PageQuery.Read(Request.Query);
        var view = model.Current;
        AgentView[] left = [.. view.Agents.Where(a => query.After is null || string.CompareOrdinal(a.Id, query.After) > 0).OrderBy(a => a.Id, StringComparer.Ordinal)];
        var count = Math.Min(query.Limit ?? int.MaxValue, left.Length);
        if (count < left.Length)
        {
            var next = QueryHelpers.AddQueryString("/agents", new Dictionary<string, string?> { ["limit"] = limit, ["after"] = left[count - 1].Id });
            Response.Headers.Link = $"<{next}>; rel=\"next\"";
        }
        var nodes = AgentNode.ByAgent(view.Clusters.Values);
        return new BytesResult(JsonSerializer.SerializeToUtf8Bytes(
            [.. left.Take(count).Select(a => AgentDocument.Of(a, nodes[a.Id]))], ReadableJson.Api.AgentDocumentArray));
    }
}
