using Microsoft.AspNetCore.Http;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Hosting;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Wire;

namespace Mysos.LocalMesos.Http;

/// <summary>An agent's <c>/api/v1/executor</c>.</summary>
internal sealed class ExecutorEndpoint(Engine engine, AgentNode agent)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (Answers.NotAJsonPost(context) is var (status, text))
        {
            await Answers.WriteAsync(context, status, text).ConfigureAwait(false);
            return;
        }
        var body = await Answers.ReadBodyAsync(context).ConfigureAwait(false);
        var (call, error) = CallParser.Parse(body, CallSchema.ExecutorCall, MesosWire.Json.ExecutorCall);
        error ??= ExecutorCallRules.Error(call!) is { } invalid ? $"Failed to validate Executor::Call: {invalid}" : null;
        if (error is not null)
        {
            await Answers.WriteAsync(context, 400, error).ConfigureAwait(false);
            return;
        }
        if (call!.Type == "SUBSCRIBE")
        {
            await SubscribeAsync(context, call).ConfigureAwait(false);
            return;
        }
        var result = await CallAsync(call, null).ConfigureAwait(false);
        await Answers.WriteAsync(context, result.Status, result.Body).ConfigureAwait(false);
    }

    private async Task<CallResult> CallAsync(ExecutorCall call, RecordStream? stream)
    {
        var answer = await engine.Mailbox.Ask(() => engine.ExecutorCallAsync(agent, call, stream)).ConfigureAwait(false);
        return await answer.ConfigureAwait(false);
    }

    private async Task SubscribeAsync(HttpContext context, ExecutorCall call)
    {
        if (!Answers.AcceptsJson(context))
        {
            await Answers.WriteAsync(context, 406, Answers.NotAcceptable).ConfigureAwait(false);
            return;
        }
        var stream = new RecordStream(Guid.NewGuid().ToString());
        var result = await CallAsync(call, stream).ConfigureAwait(false);
        if (result.Status != 200)
        {
            await Answers.WriteAsync(context, result.Status, result.Body).ConfigureAwait(false);
            return;
        }
        Answers.BeginStream(context, null);
        try
        {
            await stream.PumpAsync(context).ConfigureAwait(false);
        }
        finally
        {
            engine.Mailbox.Post(() => engine.ExecutorDisconnected(agent, stream.Id));
        }
    }
}
