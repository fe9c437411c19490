using Microsoft.OpenApi;
using Mysos.Host.Api.Events;

namespace Mysos.Host.Api.OpenApi;

/// <summary>Adds to the API's description the headers that go on where an answer ended, and those that answers have beside their body.</summary>
internal static class OpenApiHeaders
{
    private const string ACluster = "/clusters/{name}";

    public static void Describe(OpenApiDocument document)
    {
        foreach (var (path, item) in document.Paths)
        {
            foreach (var (method, operation) in item.Operations ?? [])
                Describe(path, method, operation);
        }
    }

    private static void Describe(string path, HttpMethod method, OpenApiOperation operation)
    {
        var parameters = operation.Parameters ??= [];
        if (operation.Responses?.GetValueOrDefault("200")?.Content?.ContainsKey(ServerSentEvents.ContentType) == true)
        {
            parameters.Add(new OpenApiParameter
            {
                Name = "Last-Event-ID", In = ParameterLocation.Header, Schema = Text(),
                Description = "The id of the last event that was seen; the stream goes on behind it.",
            });
        }
        if (parameters.Any(p => p.Name == "limit"))
            Add("200", "Link", Text(), "Leads to the next page of a list in JSON, with rel=\"next\"; absent on the last one.");
        if (path == ACluster && method == HttpMethod.Get)
            Add("200", "ETag", Text(), "The cluster's version, for If-Match.");
        if (operation.RequestBody is not null)
            Add("503", "Retry-After", Number(), "Seconds to wait before it is tried again, where that is known.");
        Add("429", "Retry-After", Number(), "Seconds to wait before it is tried again.");

        void Add(string status, string name, OpenApiSchema schema, string description)
        {
            if (operation.Responses?.GetValueOrDefault(status) is OpenApiResponse response)
                (response.Headers ??= new Dictionary<string, IOpenApiHeader>())[name] = new OpenApiHeader { Schema = schema, Description = description };
        }
    }

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema Number() => new() { Type = JsonSchemaType.Integer };
}
