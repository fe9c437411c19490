using System.Net.Http.Headers;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text.Json;
using Mysos.Core.Mesos;
using Mysos.Tests.ZooKeeper;

namespace Mysos.Tests.Mesos;

/// <summary>A session with masters that a test plays.</summary>
internal sealed class SessionHost : IMasterDetector, IAsyncDisposable
{
    public const string Subscribed =
        """{"type":"SUBSCRIBED","subscribed":{"framework_id":{"value":"F"},"heartbeat_interval_seconds":15.0}}""";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public SessionHost(TimeProvider? time = null, AuthenticationHeaderValue? credentials = null)
    {
        Named = Master;
        Session = new MesosSession(_http, this, () => Framework, credentials, time ?? TimeProvider.System);
        Signals = new(Session.Run());
    }

    public RawServer Master { get; } = new();
    public RawServer Other { get; } = new();
    /// <summary>The master that the session is to try.</summary>
    public RawServer Named { get; set; }
    public Subject<Uri> Elections { get; } = new();
    public FrameworkInfo Framework { get; } = new() { User = "root", Name = "mysos", Principal = "mysos", Id = new("F") };
    public MesosSession Session { get; }
    public Told<MesosSession.Signal> Signals { get; }

    public IObservable<Uri> Elected => Elections;

    public Task<Uri> FindAsync(CancellationToken cancellation) => Task.FromResult(Named.Uri);

    /// <summary>Lets the session subscribe, up to its first event.</summary>
    public async Task<RawRequest> SubscribedAsync(RawServer? at = null)
    {
        var request = await SubscribeAsync(at);
        await request.StartAsync();
        await request.WriteRecordAsync(Subscribed);
        (await EventAsync()).Type.ShouldBe("SUBSCRIBED");
        return request;
    }

    /// <summary>The session's next SUBSCRIBE.</summary>
    public async Task<RawRequest> SubscribeAsync(RawServer? at = null)
    {
        var request = await (at ?? Master).TakeAsync(what: "SUBSCRIBE");
        var call = JsonSerializer.Deserialize(request.Body, MesosJson.Default.SchedulerCall)!;
        (call.Type, call.FrameworkId, request.Path).ShouldBe(("SUBSCRIBE", new FrameworkId("F"), "/api/v1/scheduler"));
        return request;
    }

    public async Task<SchedulerEvent> EventAsync() =>
        (await Signals.NextAsync(s => s is not MesosSession.Lost)).ShouldBeOfType<MesosSession.Event>().Happened;

    public async Task<string> LostAsync() => (await Signals.NextAsync()).ShouldBeOfType<MesosSession.Lost>().Reason;

    /// <summary>Sends a call; it has come when this completes.</summary>
    public async Task<(Task Sent, RawRequest Request)> CallAsync(string type)
    {
        var sent = Session.SendAsync(new SchedulerCall { Type = type }, default);
        return (sent, await Master.TakeAsync(r => r.Body.Contains(type, StringComparison.Ordinal), type));
    }

    public async ValueTask DisposeAsync()
    {
        Signals.Dispose();
        _http.Dispose();
        await Master.DisposeAsync();
        await Other.DisposeAsync();
    }
}
