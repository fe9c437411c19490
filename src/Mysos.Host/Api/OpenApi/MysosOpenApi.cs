using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Access;
using Mysos.Host.Api.Fields;

namespace Mysos.Host.Api.OpenApi;

/// <summary>The API's description at <c>/openapi/v1.json</c>.</summary>
internal static class MysosOpenApi
{
    private static readonly string[] BodyKinds = ["multipart/form-data", "application/x-www-form-urlencoded", "application/json"];

    public static void AddMysosOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Mysos";
            // The guide's other spelling of the same.
            foreach (var path in document.Paths.Keys.Where(p => p.StartsWith("/cluster/", StringComparison.Ordinal)).ToArray())
                document.Paths.Remove(path);
            if (document.Tags is { } tags)
                document.Tags = new HashSet<OpenApiTag>(tags.OrderBy(t => t.Name, StringComparer.Ordinal));
            document.Info.Description = "MySQL as a service on Apache Mesos. Every error is application/problem+json (RFC 9457), with the member 'field'.";
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<BodyFieldsAttribute>().FirstOrDefault() is { } body)
            {
                operation.RequestBody = Describe(body.Fields);
                (operation.Parameters ??= []).Add(new OpenApiParameter
                {
                    Name = "dry_run", In = ParameterLocation.Query, Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean },
                    Description = "Only say what would be done: {\"dry_run\": true, \"steps\": […]}.",
                });
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = "Idempotency-Key", In = ParameterLocation.Header, Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 255 },
                    Description = "The same request with the same key is done once and gets the same answer.",
                });
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = "If-Match", In = ParameterLocation.Header, Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    Description = "Only if the cluster still has this ETag; else 412.",
                });
            }

            OpenApiExamples.AddTo(operation, context.Description.SupportedResponseTypes);

            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, context, _) =>
        {
            if (context.ApplicationServices.GetRequiredService<AccessSettings>().AsksForLogin)
                OpenApiLogin.Describe(document);
            OpenApiHeaders.Describe(document);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(ClusterSize))
            {
                var size = SizeSchema();
                (schema.Type, schema.Properties, schema.Description) = (size.Type, size.Properties, size.Description);
            }

            return Task.CompletedTask;
        });
    });

    private static OpenApiRequestBody Describe(FieldSpec[] fields)
    {
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = fields.ToDictionary(f => f.Name, f => (IOpenApiSchema)Describe(f)),
            Required = fields.Where(f => f.Required).Select(f => f.Name).ToHashSet(),
        };
        return new OpenApiRequestBody
        {
            Required = fields.Any(f => f.Required),
            Content = BodyKinds.ToDictionary(k => k, _ => new OpenApiMediaType { Schema = schema, Example = OpenApiExamples.Body(fields) }),
        };
    }

    private static OpenApiSchema Describe(FieldSpec field)
    {
        var schema = field.Kind switch
        {
            FieldKind.Size => SizeSchema(),
            FieldKind.Flag => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            FieldKind.WholeNumber when field.Name == "to" => new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" },
            FieldKind.WholeNumber => new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = $"{ClusterRules.MaxNodes}" },
            _ => new OpenApiSchema { Type = JsonSchemaType.String },
        };
        schema.Description = field.Help;
        if (field.Choices.Length > 0)
            schema.Enum = [.. field.Choices.Select(c => JsonValue.Create(c))];
        return schema;
    }

    private static OpenApiSchema SizeSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = $"Such as {ClusterSizeText.Example}.",
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["cpus"] = new OpenApiSchema { Type = JsonSchemaType.Number },
            ["mem"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["disk"] = new OpenApiSchema { Type = JsonSchemaType.String },
        },
    };
}
