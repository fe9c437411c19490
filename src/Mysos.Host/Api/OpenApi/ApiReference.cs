using Scalar.AspNetCore;

namespace Mysos.Host.Api.OpenApi;

/// <summary>The API's description for people, at <c>/docs</c>. All of it comes from this program: it needs no internet.</summary>
internal static class ApiReference
{
    public const string Path = "/docs";

    public static void MapApiReference(this IEndpointRouteBuilder endpoints) => endpoints.MapScalarApiReference(Path, options => options
        .WithTitle("Mysos API")
        .WithOpenApiRoutePattern("/openapi/{documentName}.json")
        .WithNonce()
        .DisableDefaultFonts()
        .DisableTelemetry()
        .DisableAgent()
        .DisableMcp()
        .HideClientButton()
        .HideDeveloperTools());
}
