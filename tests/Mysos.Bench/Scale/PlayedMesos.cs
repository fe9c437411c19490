using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Mysos.Core.Mesos;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;

namespace Mysos.Bench.Scale;

/// <summary>What happened to offers since the last look.</summary>
internal sealed record OfferFigures(int Answered, double Median, double P99, double Worst, int Running, int Serving);

/// <summary>
/// A Mesos master with many agents and executors, played over the real v1 HTTP API, in a process of its own so that the
/// scheduler's memory can be told from it. <c>Mysos.Bench played-mesos &lt;agents&gt; [busy]</c> prints its port and ends with its input.
/// </summary>
internal sealed class PlayedMesos
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);
    private readonly FrameworkId _framework = new("bench-0000");
    private readonly Lock _gate = new();
    private readonly PlayedAgents _agents;
    private readonly PlayedExecutors _executors;
    private Channel<byte[]>? _stream;
    private int _subscriptions;

    private PlayedMesos(int agents, bool busy) => (_agents, _executors) = (new PlayedAgents(agents, _framework), new PlayedExecutors(busy));

    /// <summary>Starts it in a process of its own.</summary>
    public static Process Start(int agents, bool busy)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(PlayedMesos).Assembly.Location);
        foreach (var argument in (string[])["played-mesos", $"{agents}", .. busy ? ["busy"] : Array.Empty<string>()])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    public static async Task<int> RunAsync(int agents, bool busy)
    {
        var mesos = new PlayedMesos(agents, busy);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        await using var app = builder.Build();
        app.MapPost("/api/v1/scheduler", mesos.AnswerAsync);
        app.MapGet("/figures", mesos.Figures);
        await app.StartAsync();
        Console.WriteLine(new Uri(app.Urls.First()).Port);
        using var ended = new CancellationTokenSource();
        var playing = mesos.PlayAsync(ended.Token);
        await Console.In.ReadToEndAsync();
        await ended.CancelAsync();
        await playing;
        return 0;
    }

    private OfferFigures Figures()
    {
        lock (_gate)
        {
            var waits = _agents.Waits;
            var figures = waits.Count == 0 ? new OfferFigures(0, 0, 0, 0, _executors.Count, _executors.Serving)
                : new OfferFigures(waits.Count, Bench.Figures.Median(waits), Bench.Figures.Percentile(waits, 99), waits.Max(), _executors.Count, _executors.Serving);
            _agents.Reset();
            return figures;
        }
    }

    private async Task PlayAsync(CancellationToken cancellation)
    {
        var last = Stopwatch.GetTimestamp();
        var heartbeat = last;
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(Beat, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate)
            {
                var passed = Math.Min(0.1, Stopwatch.GetElapsedTime(last).TotalSeconds);
                last = Stopwatch.GetTimestamp();
                if (_stream is null)
                    continue;
                if (_agents.Offer(passed) is { } offers)
                    Send(offers);
                foreach (var report in _executors.Reports(passed))
                    Send(report);
                if (Stopwatch.GetElapsedTime(heartbeat).TotalSeconds < 15)
                    continue;
                heartbeat = last;
                Send(new SchedulerEvent { Type = "HEARTBEAT" });
            }
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var call = await JsonSerializer.DeserializeAsync(context.Request.Body, MesosJson.Default.SchedulerCall, context.RequestAborted);
        var arrived = Stopwatch.GetTimestamp();
        if (call!.Subscribe is not null)
        {
            await StreamAsync(context);
            return;
        }
        lock (_gate)
            Do(call, arrived);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private async Task StreamAsync(HttpContext context)
    {
        var stream = Channel.CreateUnbounded<byte[]>();
        lock (_gate)
        {
            _stream = stream;
            _agents.Forget();
            _agents.Suppressed = false;
            context.Response.Headers["Mesos-Stream-Id"] = $"stream-{++_subscriptions}";
            context.Response.ContentType = "application/json";
            Send(new SchedulerEvent
            {
                Type = "SUBSCRIBED", Subscribed = new SchedulerEvent.SubscribedEvent { FrameworkId = _framework, HeartbeatIntervalSeconds = 15 },
            });
        }
        try
        {
            while (await stream.Reader.WaitToReadAsync(context.RequestAborted))
            {
                while (stream.Reader.TryRead(out var record))
                    await context.Response.Body.WriteAsync(record, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                if (_stream == stream)
                    _stream = null;
            }
        }
    }

    private void Do(SchedulerCall call, long arrived)
    {
        switch (call)
        {
            case { Decline: { } decline }: _agents.Answered(decline.OfferIds, arrived); break;
            case { Accept: { } accept }: Accept(accept, arrived); break;
            case { Type: "REVIVE" }: _agents.Suppressed = false; break;
            case { Type: "SUPPRESS" }: _agents.Suppressed = true; break;
            case { Message: { } message }:
                foreach (var said in _executors.Hear(message))
                    Send(said);
                break;
            case { Reconcile: { } reconcile }:
                foreach (var task in reconcile.Tasks)
                    Update(task.TaskId, task.AgentId, _executors.Has(task.TaskId.Value) ? TaskState.Running : TaskState.Gone, null);
                break;
        }
    }

    private void Accept(SchedulerCall.AcceptCall accept, long arrived)
    {
        var valid = _agents.Answered(accept.OfferIds, arrived);
        foreach (var task in accept.Operations.Where(o => o.Launch is not null).SelectMany(o => o.Launch!.TaskInfos))
        {
            if (!valid)
            {
                Update(task.TaskId, task.AgentId, TaskState.Dropped, null, "REASON_INVALID_OFFERS");
                continue;
            }
            _agents.Take(task);
            Update(task.TaskId, task.AgentId, TaskState.Running, Guid.NewGuid().ToByteArray());
            Send(_executors.Start(task));
        }
        foreach (var operation in accept.Operations.Where(o => o.Id is not null))
        {
            Send(new SchedulerEvent
            {
                Type = "UPDATE_OPERATION_STATUS",
                UpdateOperationStatus = new SchedulerEvent.OperationStatusEvent(new OperationStatus
                {
                    OperationId = operation.Id, State = "OPERATION_FINISHED", Uuid = new OperationStatus.UuidValue(Guid.NewGuid().ToByteArray()),
                }),
            });
        }
    }

    private void Update(TaskId task, AgentId? agent, string state, byte[]? uuid, string? reason = null) => Send(new SchedulerEvent
    {
        Type = "UPDATE",
        Update = new SchedulerEvent.UpdateEvent(new TaskStatus
        {
            TaskId = task, AgentId = agent, State = state, Uuid = uuid, Reason = uuid is null ? reason ?? "REASON_RECONCILIATION" : reason,
        }),
    });

    private void Send(SchedulerEvent happened) =>
        _stream?.Writer.TryWrite(RecordIO.Frame(JsonSerializer.SerializeToUtf8Bytes(happened, MesosJson.Default.SchedulerEvent)));
}
