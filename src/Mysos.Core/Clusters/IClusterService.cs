using System.Text.Json.Serialization;

namespace Mysos.Core.Clusters;

/// <summary>
/// The one door for REST and dashboard. Each call returns once what was asked for is durable; every failure is a
/// <see cref="RequestException"/>.
/// </summary>
public interface IClusterService
{
    /// <summary>Does what is asked for; each <see cref="ClusterRequest"/> says how it can be refused.</summary>
    Task<TAnswer> AskAsync<TAnswer>(ClusterRequest<TAnswer> request, CancellationToken cancellation);

    /// <summary>Says what would be done now, and changes nothing. Refused as the request itself would be.</summary>
    Task<DryRunAnswer> DryRunAsync(ClusterRequest request, CancellationToken cancellation);
}

/// <summary>A request that was refused; becomes an RFC 9457 <c>application/problem+json</c>.</summary>
/// <param name="status">400, 401, 403, 404, 409, 412, 429 or 503.</param>
/// <param name="field">The field of the request that is wrong; null when it is none.</param>
/// <param name="detail">What was wrong and what would be right.</param>
public sealed class RequestException(int status, string? field, string detail) : Exception(detail)
{
    public int Status { get; } = status;
    public string? Field { get; } = field;

    /// <summary>When it is worth trying again; null: that depends on more than time.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>The current state, and each newer one.</summary>
public interface IReadModel
{
    SchedulerView Current { get; }

    /// <summary>The current view at once, then every newer one. Never ends, never fails.</summary>
    IObservable<SchedulerView> Views { get; }
}

/// <summary>How requests and answers of the REST API are written. Sizes are in the users' form: <c>{"mem":"512mb", …}</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(Rules.ClusterSizeJsonConverter)])]
[JsonSerializable(typeof(ClusterView))]
[JsonSerializable(typeof(ClusterSize))]
[JsonSerializable(typeof(ClusterSummary))]
[JsonSerializable(typeof(ClusterSummary[]))]
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(BackupView))]
[JsonSerializable(typeof(ClusterEvent))]
[JsonSerializable(typeof(FleetEvent[]))]
[JsonSerializable(typeof(AgentDocument[]))]
[JsonSerializable(typeof(BackupView[]))]
[JsonSerializable(typeof(CreateAnswer))]
[JsonSerializable(typeof(DeleteAnswer))]
[JsonSerializable(typeof(ResizeAnswer))]
[JsonSerializable(typeof(BackupAnswer))]
[JsonSerializable(typeof(SwitchoverAnswer))]
[JsonSerializable(typeof(RestartAnswer))]
[JsonSerializable(typeof(PasswordAnswer))]
[JsonSerializable(typeof(ReplaceAnswer))]
[JsonSerializable(typeof(ElectionAnswer))]
[JsonSerializable(typeof(PromotionAnswer))]
[JsonSerializable(typeof(DelayAnswer))]
[JsonSerializable(typeof(PauseAnswer))]
[JsonSerializable(typeof(DryRunAnswer))]
public sealed partial class ApiJson : JsonSerializerContext;
