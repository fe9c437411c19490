using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Api.Errors;
using Mysos.Host.Api.Fields;

namespace Mysos.Host.Api.Clusters;

/// <summary>Creating, resizing, backing up and removing clusters.</summary>
[ApiController]
[Route("clusters/{name}")]
[Route("cluster/{name}")]
[Tags("Clusters")]
[ProducesResponseType<ProblemBody>(400, Problems.ContentType)]
[ProducesResponseType<ProblemBody>(413, Problems.ContentType)]
[ProducesResponseType<ProblemBody>(415, Problems.ContentType)]
[ProducesResponseType<ProblemBody>(503, Problems.ContentType)]
internal sealed class ClusterWritesController(IClusterService service) : ControllerBase
{
    /// <summary>Creates a cluster.</summary>
    /// <remarks>Answers as soon as the request is durable; the instances come up afterwards. With an <c>Idempotency-Key</c>
    /// header the request can be repeated and gets the same answer.</remarks>
    [HttpPost]
    [BodyFields(nameof(FieldSets.Create))]
    [ProducesResponseType<CreateAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public async Task<IActionResult> CreateAsync([FromRoute] string? name, CancellationToken cancellation)
    {
        var cluster = ClusterName.Checked(name);
        var fields = await BodyReader.ReadAsync(Request, FieldSets.Create);
        var answer = await service.CreateAsync(
            new CreateRequest
            {
                Name = cluster,
                User = fields.RequiredText("cluster_user"),
                NumNodes = NumNodes(fields) ?? 1,
                Size = fields.Size("size") ?? ClusterSize.Default,
                BackupId = fields.Text("backup_id"),
                Password = fields.Text("cluster_password"),
                IdempotencyKey = IdempotencyKey(),
            },
            cancellation);
        return Answer(answer, ReadableJson.Api.CreateAnswer);
    }

    /// <summary>Removes a cluster with its data.</summary>
    /// <remarks>Answers as soon as the request is durable; the ZNode at <c>cluster_url</c> goes away when the last instance has ended.</remarks>
    [HttpDelete]
    [BodyFields(nameof(FieldSets.PasswordOnly))]
    [ProducesResponseType<DeleteAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    public async Task<IActionResult> DeleteAsync([FromRoute] string? name, CancellationToken cancellation)
    {
        var cluster = ClusterName.Checked(name);
        var fields = await BodyReader.ReadAsync(Request, FieldSets.PasswordOnly);
        return Answer(await service.DeleteAsync(cluster, fields.Text("password"), cancellation), ReadableJson.Api.DeleteAnswer);
    }

    /// <summary>Changes the number of instances.</summary>
    [HttpPut]
    [BodyFields(nameof(FieldSets.Resize))]
    [ProducesResponseType<ResizeAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public async Task<IActionResult> ResizeAsync([FromRoute] string? name, CancellationToken cancellation)
    {
        var cluster = ClusterName.Checked(name);
        var fields = await BodyReader.ReadAsync(Request, FieldSets.Resize);
        fields.RequiredText("num_nodes");
        var numNodes = NumNodes(fields)!.Value;
        if (ClusterRules.CheckNumNodes(numNodes) is { } error)
        {
            throw error.ToException();
        }

        return Answer(
            await service.ResizeAsync(cluster, fields.Text("password"), numNodes, cancellation), ReadableJson.Api.ResizeAnswer);
    }

    /// <summary>Starts a backup of a cluster.</summary>
    [HttpPost("backups")]
    [BodyFields(nameof(FieldSets.PasswordOnly))]
    [ProducesResponseType<BackupAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public async Task<IActionResult> BackupAsync([FromRoute] string? name, CancellationToken cancellation)
    {
        var cluster = ClusterName.Checked(name);
        var fields = await BodyReader.ReadAsync(Request, FieldSets.PasswordOnly);
        return Answer(await service.BackupAsync(cluster, fields.Text("password"), cancellation), ReadableJson.Api.BackupAnswer);
    }

    private static int? NumNodes(RequestFields fields) => fields.WholeNumber("num_nodes", $"from 1 to {ClusterRules.MaxNodes}");

    private string? IdempotencyKey()
    {
        var key = Request.Headers["Idempotency-Key"];
        if (key.Count == 0)
        {
            return null;
        }

        return key is [{ Length: > 0 and <= 255 } text]
            ? text
            : throw new RequestException(StatusCodes.Status400BadRequest, "Idempotency-Key",
                "The Idempotency-Key header must be given once and have 1 to 255 characters.");
    }

    private static BytesResult Answer<T>(T answer, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(answer, type));
}
