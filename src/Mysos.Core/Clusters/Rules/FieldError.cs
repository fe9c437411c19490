namespace Mysos.Core.Clusters.Rules;

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">Its name, as the user wrote it: <c>num_nodes</c>.</param>
/// <param name="Detail">What was wrong and what would be right.</param>
public sealed record FieldError(string Field, string Detail)
{
    /// <summary>The refusal with status 400.</summary>
    public RequestException ToException() => new(400, Field, Detail);
}
