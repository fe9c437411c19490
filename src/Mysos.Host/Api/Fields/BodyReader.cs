using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Mysos.Core.Clusters;
using Mysos.Host.Api.Errors;

namespace Mysos.Host.Api.Fields;

/// <summary>
/// Reads a request's fields from <c>multipart/form-data</c>, <c>application/x-www-form-urlencoded</c> or
/// <c>application/json</c>, on any method.
/// </summary>
internal static class BodyReader
{
    /// <exception cref="RequestException">400 or 415.</exception>
    /// <exception cref="BadHttpRequestException">413, or the body is broken off.</exception>
    public static async Task<RequestFields> ReadAsync(HttpRequest request, IReadOnlyCollection<FieldSpec> known)
    {
        var fields = new RequestFields(known);
        var hasBody = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? request.ContentLength > 0;
        if (string.IsNullOrEmpty(request.ContentType))
        {
            return hasBody ? throw Unsupported("The request has a body but no Content-Type") : fields;
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            throw Unsupported("The Content-Type cannot be read");
        }

        if (type.Charset.HasValue && !type.Charset.Value.AsSpan().Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            throw Unsupported("The body's charset is not utf-8");
        }

        Func<HttpRequest, MemoryStream, RequestFields, Task> read = type.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/json" => ReadJsonAsync,
            "application/x-www-form-urlencoded" => ReadUrlEncodedAsync,
            "multipart/form-data" => ReadMultipartAsync,
            _ => throw Unsupported("The Content-Type is not one that Mysos reads"),
        };
        if (hasBody)
        {
            using var body = await LargeBodies.ReadAsync(request);
            await read(request, body, fields);
        }

        return fields;
    }

    private static Task ReadUrlEncodedAsync(HttpRequest request, MemoryStream body, RequestFields fields)
    {
        foreach (var (name, value) in UrlEncodedForm.Parse(body.GetBuffer().AsMemory(0, (int)body.Length)))
        {
            // A replacement character is what RequestFields refuses by the field's name.
            fields.Add(name ?? "\uFFFD", value ?? "\uFFFD");
        }

        return Task.CompletedTask;
    }

    private static async Task ReadMultipartAsync(HttpRequest request, MemoryStream body, RequestFields fields)
    {
        request.Body = body;
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new RequestException(StatusCodes.Status400BadRequest, null, $"The form cannot be read: {e.Message}");
        }

        if (form.Files.Count > 0)
        {
            var name = form.Files[0].Name;
            throw new RequestException(StatusCodes.Status400BadRequest, name.Length <= 64 ? name : null,
                "The form has a file in it; give every field as text (curl: --form 'name=value', not name=@file).");
        }

        foreach (var (name, values) in form)
        {
            foreach (var value in values)
            {
                fields.Add(name, value);
            }
        }
    }

    private static async Task ReadJsonAsync(HttpRequest request, MemoryStream body, RequestFields fields)
    {
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(body, new JsonDocumentOptions { MaxDepth = 8 }, request.HttpContext.RequestAborted);
        }
        catch (JsonException e)
        {
            throw new RequestException(StatusCodes.Status400BadRequest, null, $"The body is not JSON: {e.Message}");
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new RequestException(StatusCodes.Status400BadRequest, null, "The body is not a JSON object; give the fields as its members.");
            }

            foreach (var property in document.RootElement.EnumerateObject())
            {
                fields.Add(property.Name, Text(property));
            }
        }
    }

    private static string? Text(JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => Unescape(property),
        JsonValueKind.Number => property.Value.GetRawText(),
        JsonValueKind.Object when property.Name == "size" => property.Value.GetRawText(),
        JsonValueKind.True or JsonValueKind.False when property.Name == "accept_data_loss" => property.Value.GetRawText(),
        var kind => throw new RequestException(StatusCodes.Status400BadRequest, property.Name.Length <= 64 ? property.Name : null,
            $"The field {property.Name} is a JSON {kind.ToString().ToLowerInvariant()}; it must be a string or a number."),
    };

    private static string? Unescape(JsonProperty property)
    {
        try
        {
            return property.Value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            throw new RequestException(StatusCodes.Status400BadRequest, property.Name, $"The field {property.Name} is not valid Unicode.");
        }
    }

    private static RequestException Unsupported(string what) => new(StatusCodes.Status415UnsupportedMediaType, null,
        $"{what}; send multipart/form-data, application/x-www-form-urlencoded or application/json, in utf-8.");
}
