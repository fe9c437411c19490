using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Mysos.Core.Clusters;
using Mysos.Host.Api.Errors;

namespace Mysos.Host.Api.Clusters;

/// <summary>Seeing clusters.</summary>
[ApiController]
[Tags("Clusters")]
[ProducesResponseType<ProblemBody>(400, Problems.ContentType)]
internal sealed class ClusterReadsController(IReadModel model, ClusterPages pages, ClusterDocuments documents) : ControllerBase
{
    /// <summary>All clusters, by name.</summary>
    /// <remarks>With <c>limit</c>, that many at most; a <c>Link</c> header leads to the next page.</remarks>
    [HttpGet("clusters")]
    [ProducesResponseType<ClusterSummary[]>(200, "application/json")]
    public IActionResult List([FromQuery] string? limit, [FromQuery] string? after)
    {
        var query = PageQuery.Read(Request.Query);
        var page = pages.Get(query.Limit, query.After);
        if (page.Last is not null)
        {
            var next = QueryHelpers.AddQueryString("/clusters", new Dictionary<string, string?> { ["limit"] = limit, ["after"] = page.Last });
            Response.Headers.Link = $"<{next}>; rel=\"next\"";
        }

        return new BytesResult(page.Body);
    }

    /// <summary>One cluster with its nodes, backups and history.</summary>
    /// <remarks>The <c>ETag</c> names what a change depends on; a change with it in <c>If-Match</c> is refused if that is no longer so.</remarks>
    [HttpGet("clusters/{name}")]
    [HttpGet("cluster/{name}")]
    [ProducesResponseType<ClusterView>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    public IActionResult Show([FromRoute] string? name)
    {
        var cluster = ClusterName.Find(model.Current, name);
        Response.Headers.ETag = EntityTags.Of(cluster);
        return new BytesResult(documents.Whole(cluster));
    }

    /// <summary>The backups of one cluster, oldest first.</summary>
    [HttpGet("clusters/{name}/backups")]
    [HttpGet("cluster/{name}/backups")]
    [ProducesResponseType<BackupView[]>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    public IActionResult Backups([FromRoute] string? name) =>
        new BytesResult(JsonSerializer.SerializeToUtf8Bytes(
            [.. ClusterName.Find(model.Current, name).Backups], ReadableJson.Api.BackupViewArray));

    /// <summary>There is no cluster without a name.</summary>
    [AcceptVerbs("POST", "PUT", "DELETE", Route = "clusters")]
    [ApiExplorerSettings(IgnoreApi = true)]
    public IActionResult NameMissing() => throw new RequestException(StatusCodes.Status404NotFound, "cluster_name",
        $"The cluster's name is missing: {Request.Method} /clusters/<name>.");
}
