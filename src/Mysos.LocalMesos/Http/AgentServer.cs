using Microsoft.AspNetCore.Http;
using Mysos.LocalMesos.Hosting;
using Mysos.LocalMesos.Operators;

namespace Mysos.LocalMesos.Http;

/// <summary>An agent's paths.</summary>
internal sealed class AgentServer(Engine engine, AgentNode agent)
{
    private readonly ExecutorEndpoint _executor = new(engine, agent);
    private readonly OperatorEndpoint _operator = new(call => engine.Mailbox.Ask(() => AgentView.Answer(agent, call)));
    private readonly FilesEndpoint _files = new(agent.Files);

    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith("/slave(1)/", StringComparison.Ordinal))
            path = path["/slave(1)".Length..];
        return path switch
        {
            "/api/v1/executor" when !agent.IsReady => Answers.WriteAsync(context, 503, "Agent has not finished recovery"),
            "/api/v1/executor" => _executor.HandleAsync(context),
            "/health" => Answers.WriteAsync(context, 200, ""),
            "/version" => Answers.WriteJsonAsync(context, OperatorEndpoint.Version),
            "/files/browse" => _files.BrowseAsync(context),
            "/files/read" => _files.ReadAsync(context),
            _ when path == "/api/v1" || path.StartsWith("/api/v1/", StringComparison.Ordinal) => _operator.HandleAsync(context),
            _ => Answers.WriteAsync(context, 404, ""),
        };
    }
}
