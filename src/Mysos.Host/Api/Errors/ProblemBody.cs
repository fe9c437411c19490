using System.Text.Json.Serialization;

namespace Mysos.Host.Api.Errors;

/// <summary>An error answer, <see href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</see>.</summary>
/// <param name="Type"><c>about:blank</c>: the status says what kind of problem it is.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What was wrong and what would be right.</param>
/// <param name="Field">The field of the request that is wrong; null when it is none.</param>
public sealed record ProblemBody(string Type, string Title, int Status, string Detail, string? Field);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProblemBody))]
public sealed partial class ProblemJson : JsonSerializerContext;
