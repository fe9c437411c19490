using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mysos.Core.Mesos;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;

namespace Mysos.Tests.Executor;

/// <summary>The part of an agent that an executor sees: an event stream, and calls that are acknowledged.</summary>
internal sealed class TinyAgent : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly List<ExecutorCall> _calls = [];
    private Channel<ExecutorEvent> _events = Channel.CreateUnbounded<ExecutorEvent>();
    private TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TinyAgent(WebApplication app) => _app = app;

    /// <summary>What is sent first to whoever subscribes.</summary>
    public IReadOnlyList<ExecutorEvent> Greeting { get; set; } = [];

    public bool Acknowledges { get; set; } = true;

    /// <summary>It knows no executor: 400 to each SUBSCRIBE.</summary>
    public bool HasForgotten { get; set; }

    /// <summary>Is told of each MESSAGE.</summary>
    public Action<byte[]>? OnMessage { get; set; }

    public string Endpoint { get; private set; } = "";

    public IReadOnlyList<ExecutorCall> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    public IEnumerable<TaskStatus> Updates => Calls.Where(c => c.Type == "UPDATE").Select(c => c.Update!.Status);

    public static async Task<TinyAgent> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        var agent = new TinyAgent(app);
        app.MapPost("/api/v1/executor", agent.HandleAsync);
        await app.StartAsync();
        var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        agent.Endpoint = new Uri(url).Authority;
        return agent;
    }

    public void Send(ExecutorEvent happened) => _events.Writer.TryWrite(happened);

    /// <summary>Ends the event stream, as an agent that restarts does.</summary>
    public void EndStream() => _events.Writer.TryComplete();

    public async Task<T> WaitForAsync<T>(Func<TinyAgent, T?> find, TimeSpan? patience = null, string what = "a call")
        where T : class
    {
        using var deadline = new CancellationTokenSource(patience ?? TimeSpan.FromSeconds(30));
        while (true)
        {
            Task next;
            lock (_lock)
                next = _called.Task;
            if (find(this) is { } found)
                return found;
            try
            {
                await next.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"No {what} came. Calls: {string.Join("; ", Calls.Select(Describe).TakeLast(12))}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        EndStream();
        await _app.DisposeAsync();
    }

    private static string Describe(ExecutorCall call) =>
        call.Update?.Status is { } status ? $"{status.State} {status.Message}"
        : call.Message is { } message ? System.Text.Encoding.UTF8.GetString(message.Data)
        : call.Type ?? "";

    private async Task HandleAsync(HttpContext context)
    {
        if (context.Request.ContentType != "application/json")
        {
            context.Response.StatusCode = 415;
            return;
        }
        var call = (await JsonSerializer.DeserializeAsync(context.Request.Body, MesosJson.Default.ExecutorCall))!;
        TaskCompletionSource called;
        lock (_lock)
        {
            _calls.Add(call);
            (called, _called) = (_called, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        called.SetResult();
        if (call.Type == "SUBSCRIBE" && HasForgotten)
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("Framework cannot be found");
            return;
        }
        if (call.Type == "SUBSCRIBE")
        {
            await StreamAsync(context);
            return;
        }
        context.Response.StatusCode = 202;
        if (call.Update is { Status: { Uuid: { } uuid } status } && Acknowledges)
            Send(new ExecutorEvent { Type = "ACKNOWLEDGED", Acknowledged = new(status.TaskId, uuid) });
        if (call.Message is { } message)
            OnMessage?.Invoke(message.Data);
    }

    private async Task StreamAsync(HttpContext context)
    {
        var events = _events = Channel.CreateUnbounded<ExecutorEvent>();
        context.Response.ContentType = "application/json";
        foreach (var happened in Greeting)
            Send(happened);
        await context.Response.StartAsync();
        await foreach (var happened in events.Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.Body.WriteAsync(
                RecordIO.Frame(JsonSerializer.SerializeToUtf8Bytes(happened, MesosJson.Default.ExecutorEvent)));
            await context.Response.Body.FlushAsync();
        }
    }
}
