using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc;
using Mysos.Core.Clusters;
using Mysos.Host.Access;
using Mysos.Host.Api.Fields;

namespace Mysos.Host.Api.Clusters;

/// <summary>What all changes over HTTP have in common: the name, the body's fields, <c>Idempotency-Key</c>, <c>If-Match</c> and <c>?dry_run=</c>.</summary>
internal sealed class ClusterCalls(IClusterService service)
{
    private const string KeyHeader = "Idempotency-Key";
    private const string DryRunQuery = "dry_run";
    private const int LongestKey = 255;

    /// <param name="read">Makes the request of what was sent.</param>
    /// <exception cref="RequestException">It is wrong, or refused.</exception>
    public async Task<IActionResult> DoAsync<T>(
        HttpRequest request, string? name, IReadOnlyCollection<FieldSpec> known, JsonTypeInfo<T> answer,
        Func<ClusterCall, ClusterRequest<T>> read, CancellationToken cancellation)
    {
        var cluster = ClusterName.Checked(name);
        var dryRun = IsDryRun(request.Query);
        var wanted = read(new ClusterCall(cluster, await BodyReader.ReadAsync(request, known), Key(request.Headers))) with
        {
            By = Callers.Of(request.HttpContext.User), IfVersion = EntityTags.Required(request.Headers),
        };
        return dryRun
            ? Bytes(await service.DryRunAsync(wanted, cancellation), ReadableJson.Api.DryRunAnswer)
            : Bytes(await service.AskAsync(wanted, cancellation), answer);
    }

    private static bool IsDryRun(IQueryCollection query)
    {
        foreach (var parameter in query.Keys)
        {
            if (parameter != DryRunQuery)
                throw Refuse(parameter.Length <= 64 ? parameter : null, $"There is no such query parameter here; the only one is {DryRunQuery}.");
        }
        return query[DryRunQuery] switch
        {
            [] or ["false"] => false,
            ["true"] => true,
            _ => throw Refuse(DryRunQuery, $"{DryRunQuery} must be true or false, and given once."),
        };
    }

    private static string? Key(IHeaderDictionary headers) => headers[KeyHeader] switch
    {
        [] => null,
        [{ Length: > 0 and <= LongestKey } key] => key,
        _ => throw Refuse(KeyHeader, $"The {KeyHeader} header must be given once and have 1 to {LongestKey} characters."),
    };

    private static RequestException Refuse(string? field, string detail) => new(StatusCodes.Status400BadRequest, field, detail);

    private static BytesResult Bytes<T>(T answer, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(answer, type));
}

/// <summary>A call about one cluster, its parts checked for their form.</summary>
internal sealed record ClusterCall(string Cluster, RequestFields Fields, string? IdempotencyKey)
{
    public string? Password => Fields.Text("password");
}
