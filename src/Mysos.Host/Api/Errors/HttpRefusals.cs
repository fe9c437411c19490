using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Mysos.Host.Api.Errors;

/// <summary>
/// Gives requests that the HTTP server itself refuses, before any middleware sees them (a NUL in the path, a line that is
/// too long), a problem as their answer too: Kestrel alone answers them with an empty body.
/// </summary>
/// <remarks>
/// Kestrel publishes each refusal as the diagnostic event
/// <see href="https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/diagnostics">BadRequest</see>; a response that
/// has been started there is left as it is, and the connection is closed after it.
/// </remarks>
internal sealed class HttpRefusals : IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public static IDisposable Watch(DiagnosticListener listener) =>
        listener.Subscribe(new HttpRefusals(), static name => name == BadRequest);

    public static string Explain(int status, string? message) => status switch
    {
        StatusCodes.Status408RequestTimeout => "The request came too slowly; send it within a few seconds.",
        StatusCodes.Status413PayloadTooLarge =>
            $"The request's body is too large; a body may have {Composition.WebLimits.MaxBodyBytes / 1024} kB.",
        StatusCodes.Status414UriTooLong =>
            $"The request line is too long; it may have {Composition.WebLimits.MaxRequestLineBytes / 1024} kB.",
        StatusCodes.Status415UnsupportedMediaType =>
            "The Content-Type is not supported; send multipart/form-data, application/x-www-form-urlencoded or application/json.",
        StatusCodes.Status431RequestHeaderFieldsTooLarge =>
            $"The request's headers are too large; all together may have {Composition.WebLimits.MaxHeaderBytes / 1024} kB.",
        _ => message is { Length: > 0 }
            ? $"This is not a proper HTTP request: {message}"
            : $"The request was refused with status {status.ToString(CultureInfo.InvariantCulture)}.",
    };

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is not IFeatureCollection features ||
            features.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException error ||
            features.Get<IHttpResponseFeature>() is not { HasStarted: false } response ||
            features.Get<IHttpResponseBodyFeature>() is not { } body ||
            features.Get<IConnectionTransportFeature>()?.Transport.Output is not { } output)
        {
            return;
        }

        var problem = Problems.Body(error.StatusCode, null, Explain(error.StatusCode, Reason(error.Message)));
        response.StatusCode = error.StatusCode;
        response.Headers.ContentType = Problems.ContentType;
        response.Headers.ContentLength = problem.Length;
        response.Headers.Connection = "close";
        response.Headers.XContentTypeOptions = "nosniff";
        // There is no body stream yet for a request that could not be parsed; the head goes out through the response, the
        // body right behind it. Both are a few hundred bytes into an empty pipe, so nothing waits here.
        if (body.StartAsync().IsCompletedSuccessfully)
        {
            output.Write(problem);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    /// <summary>Kestrel's message quotes the raw request line; what is not printable in it stays out of answers.</summary>
    private static string Reason(string message)
    {
        var printable = new StringBuilder(message.Length);
        foreach (var c in message.Length <= 200 ? message : message[..200])
        {
            printable.Append(c is >= ' ' and <= '~' ? c : '?');
        }

        return printable.ToString();
    }
}
