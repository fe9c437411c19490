using Microsoft.OpenApi;

namespace Mysos.Host.Api.OpenApi;

/// <summary>Adds to the API's description how to log in, and how those who do not are answered.</summary>
internal static class OpenApiLogin
{
    private static readonly string[] Open = ["/health", "/ready"];

    private static readonly (string Status, string Text)[] Answers =
    [
        ("401", "No login came with the request, or a wrong one."),
        ("429", "Too many wrong passwords or tokens came from this address or for this name; Retry-After says how long to wait."),
    ];

    public static void Describe(OpenApiDocument document)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["basic"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "basic", Description = "A user's name and password." },
            ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A token of 'mysos make-token'." },
        };
        document.Security =
            [.. document.Components.SecuritySchemes.Keys.Select(name => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(name, document)] = [] })];
        foreach (var operation in document.Paths.Where(p => !Open.Contains(p.Key)).SelectMany(p => p.Value.Operations ?? []).Select(o => o.Value))
        {
            foreach (var (status, text) in Answers)
                (operation.Responses ??= []).TryAdd(status, new OpenApiResponse { Description = text });
        }
    }
}
