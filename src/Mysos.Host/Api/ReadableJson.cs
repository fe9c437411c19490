using System.Text.Encodings.Web;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Api.Errors;

namespace Mysos.Host.Api;

/// <summary>
/// JSON that people can read in a terminal: an apostrophe stays one. The default escapes it for those who paste JSON into
/// HTML; nobody does so with these answers, and <c>X-Content-Type-Options: nosniff</c> keeps browsers from it.
/// </summary>
internal static class ReadableJson
{
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static ApiJson Api { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new ClusterSizeJsonConverter() },
        Encoder = Encoder,
    });

    public static ProblemJson Problems { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = Encoder });
}
