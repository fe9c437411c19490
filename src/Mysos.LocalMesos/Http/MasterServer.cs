using Microsoft.AspNetCore.Http;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Hosting;

namespace Mysos.LocalMesos.Http;

/// <summary>A master's paths. One that does not lead sends everybody to the leader, whatever was asked.</summary>
internal sealed class MasterServer(Engine engine, LocalMaster master, Authentication authentication)
{
    private readonly SchedulerEndpoint _scheduler = new(engine, authentication);
    private readonly OperatorEndpoint _operator = new(
        call => engine.Mailbox.Ask(() => engine.OperatorCall(call)), context => SubscribeAsync(context, engine));
    private readonly OlderPaths _older = new(engine);

    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith("/master/", StringComparison.Ordinal))
            path = path["/master".Length..];
        return path switch
        {
            "/health" => Answers.WriteAsync(context, 200, ""),
            "/version" => Answers.WriteJsonAsync(context, OperatorEndpoint.Version),
            "/redirect" => Redirect(context, ""),
            _ when !master.IsLeading => Redirect(context, "/master" + path),
            _ when !engine.IsReady => Answers.WriteAsync(context, 503, "Master has not finished recovery"),
            "/api/v1/scheduler" => _scheduler.HandleAsync(context),
            _ when path == "/api/v1" || path.StartsWith("/api/v1/", StringComparison.Ordinal) => _operator.HandleAsync(context),
            _ => _older.HandleAsync(context, path),
        };
    }

    private static async Task SubscribeAsync(HttpContext context, Engine engine)
    {
        var stream = new RecordStream(Guid.NewGuid().ToString());
        Answers.BeginStream(context, null);
        engine.Mailbox.Post(() => engine.OperatorSubscribe(stream));
        try
        {
            await stream.PumpAsync(context).ConfigureAwait(false);
        }
        finally
        {
            engine.Mailbox.Post(() => engine.SubscriberDisconnected(stream.Id));
        }
    }

    private Task Redirect(HttpContext context, string path)
    {
        if (master.Leader?.Address is not { } leader)
            return Answers.WriteAsync(context, 503, "No leader elected");
        context.Response.Headers.Location = $"//{leader.Hostname}:{leader.Port}{path}";
        return Answers.WriteAsync(context, 307, "");
    }
}
