using System.Text.Json.Serialization;

namespace Mysos.Core.Clusters;

/// <summary>
/// What a user can ask of Mysos: the one door for REST and dashboard. Each call returns once the request is durable.
/// Every failure is a <see cref="RequestException"/>.
/// </summary>
public interface IClusterService
{
    /// <summary>400 bad value, 409 exists, 503 cannot be made durable.</summary>
    Task<CreateAnswer> CreateAsync(CreateRequest request, CancellationToken cancellation);

    /// <summary>403, 404, 503.</summary>
    Task<DeleteAnswer> DeleteAsync(string name, string? password, CancellationToken cancellation);

    /// <summary>400, 403, 404, 409 (being deleted), 503.</summary>
    Task<ResizeAnswer> ResizeAsync(string name, string? password, int numNodes, CancellationToken cancellation);

    /// <summary>400 (no backup store), 403, 404, 409 (no master, or a backup is running), 503.</summary>
    Task<BackupAnswer> BackupAsync(string name, string? password, CancellationToken cancellation);
}

/// <summary>Values as they came, already of the right type; <see cref="IClusterService"/> validates them.</summary>
public sealed record CreateRequest
{
    public required string Name { get; init; }
    public required string User { get; init; }
    public int NumNodes { get; init; } = 1;
    public ClusterSize Size { get; init; } = ClusterSize.Default;
    public string? BackupId { get; init; }
    /// <summary>Generated (21 letters and digits) when null.</summary>
    public string? Password { get; init; }
    public string? IdempotencyKey { get; init; }
}

public sealed record CreateAnswer(string ClusterPassword, string ClusterUrl);

public sealed record DeleteAnswer(string ClusterUrl);

public sealed record ResizeAnswer(string ClusterUrl, int NumNodes);

public sealed record BackupAnswer(string BackupId);

/// <summary>A request that was refused; becomes an RFC 9457 <c>application/problem+json</c>.</summary>
/// <param name="status">400, 403, 404, 409 or 503.</param>
/// <param name="field">The field of the request that is wrong; null when it is none.</param>
/// <param name="detail">What was wrong and what would be right.</param>
public sealed class RequestException(int status, string? field, string detail) : Exception(detail)
{
    public int Status { get; } = status;
    public string? Field { get; } = field;
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
[JsonSerializable(typeof(ClusterView[]))]
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(BackupView))]
[JsonSerializable(typeof(ClusterEvent))]
[JsonSerializable(typeof(BackupView[]))]
[JsonSerializable(typeof(CreateAnswer))]
[JsonSerializable(typeof(DeleteAnswer))]
[JsonSerializable(typeof(ResizeAnswer))]
[JsonSerializable(typeof(BackupAnswer))]
public sealed partial class ApiJson : JsonSerializerContext;
