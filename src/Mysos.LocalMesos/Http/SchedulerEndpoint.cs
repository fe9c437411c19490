using Microsoft.AspNetCore.Http;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Hosting;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Wire;

namespace Mysos.LocalMesos.Http;

/// <summary>The master's <c>/api/v1/scheduler</c>.</summary>
internal sealed class SchedulerEndpoint(Engine engine, Authentication authentication)
{
    private const string StreamHeader = "Mesos-Stream-Id";

    public async Task HandleAsync(HttpContext context)
    {
        var (isAllowed, principal) = await authentication.CheckAsync(context).ConfigureAwait(false);
        if (!isAllowed)
            return;
        if (Answers.NotAJsonPost(context) is var (status, text))
        {
            await Answers.WriteAsync(context, status, text).ConfigureAwait(false);
            return;
        }
        var body = await Answers.ReadBodyAsync(context).ConfigureAwait(false);
        var (call, error) = CallParser.Parse(body, CallSchema.SchedulerCall, MesosWire.Json.SchedulerCall);
        error ??= SchedulerCallRules.Error(call!, principal) is { } invalid ? $"Failed to validate scheduler::Call: {invalid}" : null;
        if (error is not null)
        {
            await Answers.WriteAsync(context, 400, error).ConfigureAwait(false);
            return;
        }
        var streamId = context.Request.Headers.TryGetValue(StreamHeader, out var header) ? header.ToString() : null;
        if (call!.Type == "SUBSCRIBE")
        {
            await SubscribeAsync(context, call.Subscribe!, streamId).ConfigureAwait(false);
            return;
        }
        var result = await engine.Mailbox.Ask(() => engine.SchedulerCall(call, streamId, principal)).ConfigureAwait(false);
        await Answers.WriteAsync(context, result.Status, result.Body).ConfigureAwait(false);
    }

    private async Task SubscribeAsync(HttpContext context, SchedulerCall.SubscribeCall subscribe, string? streamId)
    {
        if (!Answers.AcceptsJson(context))
        {
            await Answers.WriteAsync(context, 406, Answers.NotAcceptable).ConfigureAwait(false);
            return;
        }
        if (streamId is not null)
        {
            await Answers.WriteAsync(context, 400, "Subscribe calls should not include the 'Mesos-Stream-Id' header").ConfigureAwait(false);
            return;
        }
        var stream = new RecordStream(Guid.NewGuid().ToString());
        Answers.BeginStream(context, stream.Id);
        engine.Mailbox.Post(() => engine.SchedulerSubscribe(stream, subscribe));
        try
        {
            await stream.PumpAsync(context).ConfigureAwait(false);
        }
        finally
        {
            engine.Mailbox.Post(() => engine.SubscriberDisconnected(stream.Id));
        }
    }
}
