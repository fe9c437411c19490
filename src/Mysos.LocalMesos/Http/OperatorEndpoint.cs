using Microsoft.AspNetCore.Http;
using Mysos.LocalMesos.Operators;

namespace Mysos.LocalMesos.Http;

/// <summary>The v1 operator API of a server, <c>/api/v1</c>.</summary>
/// <param name="answer">What the server says to a call.</param>
/// <param name="subscribe">What comes of SUBSCRIBE; null: it is a call like others.</param>
internal sealed class OperatorEndpoint(Func<OperatorCall, Task<OperatorAnswer>> answer, Func<HttpContext, Task>? subscribe = null)
{
    /// <summary>The version of Mesos whose behaviour is reproduced.</summary>
    public const string MesosVersion = "1.12.0";

    public const string Version = $$"""{"version":"{{MesosVersion}}"}""";

    public async Task HandleAsync(HttpContext context)
    {
        if (Answers.NotAJsonPost(context) is var (status, text))
        {
            await Answers.WriteAsync(context, status, text).ConfigureAwait(false);
            return;
        }
        var body = await Answers.ReadBodyAsync(context).ConfigureAwait(false);
        if (OperatorCall.Parse(body, OperatorJson.Default.OperatorCall, out var wrong) is not { } call)
            await Answers.WriteAsync(context, 400, wrong).ConfigureAwait(false);
        else if (call.Type == "SUBSCRIBE" && subscribe is not null)
            await subscribe(context).ConfigureAwait(false);
        else
            await Answers.WriteAsync(context, await answer(call).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
