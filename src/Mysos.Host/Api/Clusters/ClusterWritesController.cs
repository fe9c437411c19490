using Microsoft.AspNetCore.Mvc;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Api.Errors;
using Mysos.Host.Api.Fields;

namespace Mysos.Host.Api.Clusters;

/// <summary>Creating, changing and removing clusters.</summary>
[ApiController]
[Route("clusters/{name}")]
[Route("cluster/{name}")]
[Tags("Clusters")]
[ProducesResponseType<ProblemBody>(400, Problems.ContentType)]
[ProducesResponseType<ProblemBody>(412, Problems.ContentType)]
[ProducesResponseType<ProblemBody>(413, Problems.ContentType)]
[ProducesResponseType<ProblemBody>(415, Problems.ContentType)]
[ProducesResponseType<ProblemBody>(429, Problems.ContentType)]
[ProducesResponseType<ProblemBody>(503, Problems.ContentType)]
internal sealed class ClusterWritesController(ClusterCalls calls) : ControllerBase
{
    /// <summary>Creates a cluster.</summary>
    /// <remarks>Answers as soon as the request is durable; the instances come up afterwards.</remarks>
    [HttpPost]
    [BodyFields(nameof(FieldSets.Create))]
    [ProducesResponseType<CreateAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> CreateAsync([FromRoute] string? name, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.Create, ReadableJson.Api.CreateAnswer, call => new CreateRequest
        {
            Name = call.Cluster, Password = call.Fields.Text("cluster_password"), IdempotencyKey = call.IdempotencyKey,
            User = call.Fields.RequiredText("cluster_user"),
            NumNodes = call.Fields.WholeNumber("num_nodes", NodesRange) ?? 1,
            Size = call.Fields.Size("size") ?? ClusterSize.Default,
            BackupId = call.Fields.Text("backup_id"),
            ElectionPolicy = call.Fields.ElectionPolicy()?.Own, ElectionTimeout = call.Fields.ElectionTimeout()?.Own, SyncReplicas = call.Fields.SyncReplicas()?.Own,
        }, cancellation);

    /// <summary>Removes a cluster with its data.</summary>
    /// <remarks>Answers as soon as the request is durable; the ZNode at <c>cluster_url</c> goes away when the last instance has ended.</remarks>
    [HttpDelete]
    [BodyFields(nameof(FieldSets.PasswordOnly))]
    [ProducesResponseType<DeleteAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    public Task<IActionResult> DeleteAsync([FromRoute] string? name, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.PasswordOnly, ReadableJson.Api.DeleteAnswer, call => new DeleteRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
        }, cancellation);

    /// <summary>Changes the number of instances.</summary>
    [HttpPut]
    [BodyFields(nameof(FieldSets.Resize))]
    [ProducesResponseType<ResizeAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> ResizeAsync([FromRoute] string? name, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.Resize, ReadableJson.Api.ResizeAnswer, call => new ResizeRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
            NumNodes = call.Fields.RequiredWholeNumber("num_nodes", NodesRange),
        }, cancellation);

    /// <summary>Starts a backup of a cluster.</summary>
    [HttpPost("backups")]
    [BodyFields(nameof(FieldSets.PasswordOnly))]
    [ProducesResponseType<BackupAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> BackupAsync([FromRoute] string? name, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.PasswordOnly, ReadableJson.Api.BackupAnswer, call => new BackupRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
        }, cancellation);

    /// <summary>Makes a slave the master.</summary>
    /// <remarks>The master stops taking writes once the slave has caught up; the slave gets the last ones and takes over.
    /// What cannot be done within seconds is undone.</remarks>
    [HttpPost("switchover")]
    [BodyFields(nameof(FieldSets.Switchover))]
    [ProducesResponseType<SwitchoverAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> SwitchoverAsync([FromRoute] string? name, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.Switchover, ReadableJson.Api.SwitchoverAnswer, call => new SwitchoverRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
            To = call.Fields.WholeNumber("to", ServerIdRange),
        }, cancellation);

    /// <summary>Restarts all instances, one at a time.</summary>
    [HttpPost("restart")]
    [BodyFields(nameof(FieldSets.PasswordOnly))]
    [ProducesResponseType<RestartAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> RestartAsync([FromRoute] string? name, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.PasswordOnly, ReadableJson.Api.RestartAnswer, call => new RestartRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
        }, cancellation);

    /// <summary>Has nothing begun in the cluster by itself.</summary>
    /// <remarks>No election, launch, rebuild or repair, until it is resumed; what is under way is brought to its end.</remarks>
    [HttpPost("pause")]
    [BodyFields(nameof(FieldSets.PasswordOnly))]
    [ProducesResponseType<PauseAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> PauseAsync([FromRoute] string? name, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.PasswordOnly, ReadableJson.Api.PauseAnswer, call => new PauseRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
        }, cancellation);

    /// <summary>Ends a pause.</summary>
    /// <remarks>What was changed on the servers meanwhile is put right, and a master that has ended is replaced.</remarks>
    [HttpPost("resume")]
    [BodyFields(nameof(FieldSets.PasswordOnly))]
    [ProducesResponseType<PauseAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> ResumeAsync([FromRoute] string? name, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.PasswordOnly, ReadableJson.Api.PauseAnswer, call => new ResumeRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
        }, cancellation);

    /// <summary>Changes the password of the cluster.</summary>
    [HttpPost("password")]
    [BodyFields(nameof(FieldSets.ChangePassword))]
    [ProducesResponseType<PasswordAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> ChangePasswordAsync([FromRoute] string? name, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.ChangePassword, ReadableJson.Api.PasswordAnswer, call => new PasswordRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
            NewPassword = call.Fields.Text("new_password"),
        }, cancellation);

    /// <summary>Gives an instance up with its data, and makes another one in its place.</summary>
    [HttpPost("nodes/{node}/replace")]
    [BodyFields(nameof(FieldSets.Replace))]
    [ProducesResponseType<ReplaceAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> ReplaceAsync([FromRoute] string? name, [FromRoute] string? node, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.Replace, ReadableJson.Api.ReplaceAnswer, call => new ReplaceRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
            Node = RequestFields.ParseWholeNumber("node", node ?? "", ServerIdRange),
            AcceptDataLoss = call.Fields.Flag("accept_data_loss"),
        }, cancellation);

    /// <summary>Changes how the cluster's masters are elected.</summary>
    [HttpPost("election")]
    [BodyFields(nameof(FieldSets.Election))]
    [ProducesResponseType<ElectionAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> ElectionAsync([FromRoute] string? name, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.Election, ReadableJson.Api.ElectionAnswer, call => new ElectionRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
            Policy = call.Fields.ElectionPolicy(), Timeout = call.Fields.ElectionTimeout(), SyncReplicas = call.Fields.SyncReplicas(),
        }, cancellation);

    /// <summary>Says whether an instance is to be the master.</summary>
    /// <remarks>It never decides which writes survive: only who becomes master among those that lose none.</remarks>
    [HttpPost("nodes/{node}/promotion")]
    [BodyFields(nameof(FieldSets.Promotion))]
    [ProducesResponseType<PromotionAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> PromotionAsync([FromRoute] string? name, [FromRoute] string? node, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.Promotion, ReadableJson.Api.PromotionAnswer, call => new PromotionRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
            Node = RequestFields.ParseWholeNumber("node", node ?? "", ServerIdRange),
            Promotion = EnumWords.Parse<Promotion>("promotion", call.Fields.RequiredText("promotion")),
        }, cancellation);

    /// <summary>Says how late an instance applies its master's writes; one that is late is not announced, and not to be the master.</summary>
    [HttpPost("nodes/{node}/delay")]
    [BodyFields(nameof(FieldSets.Delay))]
    [ProducesResponseType<DelayAnswer>(200, "application/json")]
    [ProducesResponseType<ProblemBody>(403, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(409, Problems.ContentType)]
    public Task<IActionResult> DelayAsync([FromRoute] string? name, [FromRoute] string? node, CancellationToken cancellation) =>
        calls.DoAsync(Request, name, FieldSets.Delay, ReadableJson.Api.DelayAnswer, call => new DelayRequest
        {
            Name = call.Cluster, Password = call.Password, IdempotencyKey = call.IdempotencyKey,
            Node = RequestFields.ParseWholeNumber("node", node ?? "", ServerIdRange),
            Delay = DelayText.Parse(call.Fields.RequiredText("delay")),
        }, cancellation);

    private static string NodesRange => $"from 1 to {ClusterRules.MaxNodes}";

    private static string ServerIdRange => "that is the server_id of a node";
}
