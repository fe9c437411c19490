using Microsoft.AspNetCore.Http;
using Mysos.LocalMesos.Hosting;

namespace Mysos.LocalMesos.Http;

/// <summary>The master's paths.</summary>
internal sealed class MasterServer(Engine engine, Authentication authentication)
{
    private readonly SchedulerEndpoint _scheduler = new(engine, authentication);
    private readonly OperatorEndpoint _operator = new(engine, "master");

    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith("/master/", StringComparison.Ordinal))
            path = path["/master".Length..];
        if (path is "/api/v1/scheduler" && !engine.IsReady)
            return Answers.WriteAsync(context, 503, "Master has not finished recovery");
        return path switch
        {
            "/api/v1/scheduler" => _scheduler.HandleAsync(context),
            "/health" => Answers.WriteAsync(context, 200, ""),
            "/version" => Answers.WriteJsonAsync(context, OperatorEndpoint.Version),
            _ when path == "/api/v1" || path.StartsWith("/api/v1/", StringComparison.Ordinal) => _operator.HandleAsync(context),
            _ => _operator.HandleOld(context, path) ?? Answers.WriteAsync(context, 404, ""),
        };
    }
}
