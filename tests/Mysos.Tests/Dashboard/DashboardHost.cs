using System.Collections.Concurrent;
using System.Reactive.Subjects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mysos.Core.Access;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Dashboard;
using Mysos.Dashboard.History;
using Shouldly;

namespace Mysos.Tests.Dashboard;

/// <summary>The read model as a scheduler feeds it: a current view and each newer one.</summary>
internal sealed class Feed(SchedulerView first) : IReadModel, IDisposable
{
    private readonly BehaviorSubject<SchedulerView> _views = new(first);

    public SchedulerView Current => _views.Value;
    public IObservable<SchedulerView> Views => _views;
    public bool Watched => _views.HasObservers;

    public void Push(SchedulerView view) => _views.OnNext(view with { Version = Current.Version + 1 });

    public void Push(Func<SchedulerView, SchedulerView> change) => Push(change(Current));

    public void Put(ClusterView cluster) => Push(v => v with { Clusters = v.Clusters.SetItem(cluster.Name, cluster) });

    public void Remove(string name) => Push(v => v with { Clusters = v.Clusters.Remove(name) });

    public void Dispose() => _views.Dispose();
}

/// <summary>Notes what the dashboard asks of the service, and answers as told.</summary>
internal sealed class RecordingService : IClusterService
{
    public const string Generated = "w9gMCkecsMh6sWsRdxNTa";

    public ConcurrentQueue<ClusterRequest> Requests { get; } = new();

    /// <summary>Those that were only tried.</summary>
    public ConcurrentQueue<ClusterRequest> DryRuns { get; } = new();

    /// <summary>Who asked last; the requests themselves are kept without it.</summary>
    public Actor? By { get; private set; }

    /// <summary>When set, every request and every dry run is refused with it.</summary>
    public Exception? Refusal { get; set; }

    /// <summary>When set, dry runs are answered after it.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    /// <summary>The one request that was made, without its key, which it must have.</summary>
    public ClusterRequest OnlyRequest()
    {
        var request = Requests.ShouldHaveSingleItem();
        request.IdempotencyKey.ShouldNotBeNullOrEmpty();
        return request with { IdempotencyKey = null };
    }

    public Action<CreateRequest>? OnCreate { get; set; }

    public Task<TAnswer> AskAsync<TAnswer>(ClusterRequest<TAnswer> request, CancellationToken cancellation)
    {
        By = request.By;
        Requests.Enqueue(request with { By = null });
        Refuse();
        var url = $"zk://10.0.0.2:2181/mysos/discover/{request.Name}";
        if (request is CreateRequest creation)
            OnCreate?.Invoke(creation);
        return Task.FromResult((TAnswer)(request switch
        {
            CreateRequest create => new CreateAnswer(create.Password ?? Generated, url),
            DeleteRequest => new DeleteAnswer(url),
            ResizeRequest resize => new ResizeAnswer(url, resize.NumNodes),
            BackupRequest => new BackupAnswer($"{request.Name}:202603141509"),
            SwitchoverRequest switchover => new SwitchoverAnswer(url, 1, switchover.To ?? 2),
            RestartRequest => new RestartAnswer(url, [2, 3, 1]),
            PasswordRequest change => new PasswordAnswer(change.NewPassword ?? Generated, url),
            ElectionRequest election => new ElectionAnswer(url, ElectionText.Of(election.Policy?.Own), ElectionText.Of(election.Timeout?.Own), ElectionText.Of(election.SyncReplicas?.Own)),
            PromotionRequest promotion => new PromotionAnswer(url, promotion.Node, promotion.Promotion),
            DelayRequest delay => new DelayAnswer(url, delay.Node, (int)delay.Delay.TotalSeconds),
            PauseRequest or ResumeRequest => new PauseAnswer(url, request is PauseRequest),
            ReplaceRequest replace => (object)new ReplaceAnswer(url, replace.Node),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request, "not kept here"),
        }));
    }

    public async Task<DryRunAnswer> DryRunAsync(ClusterRequest request, CancellationToken cancellation)
    {
        By = request.By;
        DryRuns.Enqueue(request with { By = null });
        Refuse();
        await Hold.WaitAsync(cancellation);
        return new DryRunAnswer(true, ["First this is done.", "Then that."]);
    }

    private void Refuse()
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }
    }
}

/// <summary>A clock that stands where the views' times are, so that ages are the same in every run.</summary>
internal sealed class ShiftedTime(DateTimeOffset start) : TimeProvider
{
    private readonly long _zero = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => start + System.GetElapsedTime(_zero);
}

/// <summary>The dashboard alone on a real Kestrel, on a free port.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DashboardHost(WebApplication app, Feed feed, RecordingService service)
    {
        _app = app;
        Feed = feed;
        Service = service;
    }

    public Feed Feed { get; }
    public RecordingService Service { get; }
    public string Address => _app.Urls.First();

    /// <param name="looked">It has looked at the clusters for an hour.</param>
    public static async Task<DashboardHost> StartAsync(SchedulerView view, string address = "http://127.0.0.1:0", bool looked = false)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(DashboardHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.UseUrls(address);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var feed = new Feed(view);
        var service = new RecordingService();
        builder.Services.AddSingleton<IReadModel>(feed);
        builder.Services.AddSingleton<IClusterService>(service);
        builder.Services.AddSingleton<TimeProvider>(new ShiftedTime(Views.Now));
        // Keys in memory: a test leaves nothing in the home directory.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddMysosDashboard();
        var app = builder.Build();
        app.MapMysosDashboard();
        for (var samples = looked ? LastHour.Slots - 1 : 0; samples > 0; samples--)
        {
            app.Services.GetRequiredService<ClusterHistory>().Add(Views.Earlier(view, samples), Views.Now - samples * ClusterHistory.Interval);
        }
        await app.StartAsync();
        return new DashboardHost(app, feed, service);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Feed.Dispose();
    }
}
