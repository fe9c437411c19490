using System.Text.Json;
using System.Text.Json.Nodes;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Elections;

namespace Mysos.Host.Client;

/// <summary>How a request is sent over HTTP.</summary>
/// <param name="Path">Relative to the API's address.</param>
/// <param name="Fields">The members of the body; those that have no value are left out.</param>
internal sealed record RequestForm(HttpMethod Method, string Path, JsonObject Fields, string? IdempotencyKey, string? IfVersion)
{
    public static string PathOf(string cluster) => $"clusters/{Uri.EscapeDataString(cluster)}";

    public static RequestForm Of(ClusterRequest request) => request switch
    {
        CreateRequest create => Form(request, HttpMethod.Post, "", ("cluster_user", create.User), ("num_nodes", create.NumNodes),
            ("size", JsonSerializer.SerializeToNode(create.Size, ApiJson.Default.ClusterSize)), ("backup_id", create.BackupId), ("cluster_password", create.Password),
            ("election_policy", Own(create.ElectionPolicy)), ("election_timeout", Own(create.ElectionTimeout)),
            ("sync_replicas", create.SyncReplicas is { } count ? ElectionText.Of(count) : null)),
        DeleteRequest => Authorized(request, HttpMethod.Delete, ""),
        ResizeRequest resize => Authorized(request, HttpMethod.Put, "", ("num_nodes", resize.NumNodes)),
        BackupRequest => Authorized(request, HttpMethod.Post, "/backups"),
        SwitchoverRequest switchover => Authorized(request, HttpMethod.Post, "/switchover", ("to", switchover.To)),
        RestartRequest => Authorized(request, HttpMethod.Post, "/restart"),
        PasswordRequest change => Authorized(request, HttpMethod.Post, "/password", ("new_password", change.NewPassword)),
        ReplaceRequest replace => Authorized(request, HttpMethod.Post, $"/nodes/{replace.Node}/replace", ("accept_data_loss", replace.AcceptDataLoss)),
        ElectionRequest election => Authorized(request, HttpMethod.Post, "/election",
            ("election_policy", election.Policy is { } policy ? ElectionText.Of(policy.Own) : null),
            ("election_timeout", election.Timeout is { } timeout ? ElectionText.Of(timeout.Own) : null),
            ("sync_replicas", election.SyncReplicas is { } ackers ? ElectionText.Of(ackers.Own) : null)),
        PromotionRequest promotion => Authorized(request, HttpMethod.Post, $"/nodes/{promotion.Node}/promotion", ("promotion", EnumWords.Of(promotion.Promotion))),
        DelayRequest delay => Authorized(request, HttpMethod.Post, $"/nodes/{delay.Node}/delay", ("delay", Durations.Format(delay.Delay))),
        PauseRequest => Authorized(request, HttpMethod.Post, "/pause"),
        ResumeRequest => Authorized(request, HttpMethod.Post, "/resume"),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request, "Nothing is written to send this request."),
    };

    private static string? Own(ElectionPolicy? policy) => policy is null ? null : ElectionText.Of(policy);

    private static string? Own(TimeSpan? timeout) => timeout is null ? null : ElectionText.Of(timeout);

    private static RequestForm Authorized(ClusterRequest request, HttpMethod method, string path, params (string, JsonNode?)[] fields) =>
        Form(request, method, path, [.. fields, ("password", request.Password)]);

    private static RequestForm Form(ClusterRequest request, HttpMethod method, string path, params (string Name, JsonNode? Value)[] fields) =>
        new(method, PathOf(request.Name) + path,
            new JsonObject(fields.Where(f => f.Value is not null).Select(f => KeyValuePair.Create(f.Name, f.Value))), request.IdempotencyKey, request.IfVersion);
}
