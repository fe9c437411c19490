using Mysos.Core.Clusters;

namespace Mysos.Host.Api.Clusters;

/// <summary>A cluster's version as <see href="https://www.rfc-editor.org/rfc/rfc9110#name-etag">HTTP's entity tag</see>.</summary>
internal static class EntityTags
{
    /// <summary>Null while no leader has told the version.</summary>
    public static string? Of(ClusterView cluster) => cluster.Version.Length > 0 ? $"\"{cluster.Version}\"" : null;

    /// <summary>The version in <c>If-Match</c>; null: any. Proxies that compress may have made the tag a weak one.</summary>
    /// <exception cref="RequestException">400.</exception>
    public static string? Required(IHeaderDictionary headers) => headers.IfMatch switch
    {
        [] or ["*"] => null,
        [{ } tag] when Opaque(tag) is { } version => version,
        _ => throw new RequestException(StatusCodes.Status400BadRequest, "If-Match",
            "The If-Match header must be one ETag as GET /clusters/<name> answers it, in double quotes; or *."),
    };

    private static string? Opaque(string tag)
    {
        var strong = tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
        return strong is ['"', .. { Length: > 0 and <= 64 } version, '"'] && version.All(char.IsAsciiHexDigitLower) ? version : null;
    }
}
