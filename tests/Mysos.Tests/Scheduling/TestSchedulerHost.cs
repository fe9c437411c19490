using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Host.Access;
using Mysos.Host.Composition;
using Mysos.Host.Scheduler;
using Mysos.Host.Tls;
using Mysos.Tests.Api;

namespace Mysos.Tests.Scheduling;

/// <summary>One scheduler's web side on a real port, that leads or follows as the test says; its clusters are in memory.</summary>
internal sealed class TestSchedulerHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();
    private IDisposable? _showing;
    private Task _following = Task.CompletedTask;
    private long _term;

    private TestSchedulerHost(WebApplication app, string scheme, PeerAuthorities? peers)
    {
        _app = app;
        Address = new Uri($"{scheme}://127.0.0.1:{MysosWebApp.Port(_app)}");
        Http = new HttpClient(new SocketsHttpHandler { SslOptions = TlsFiles.ClientOptions(peers?.Authorities) }) { BaseAddress = Address };
    }

    public Uri Address { get; }
    public HttpClient Http { get; }
    public InMemoryClusters Clusters { get; } = new();
    public ReadModel ReadModel => _app.Services.GetRequiredService<ReadModel>();
    /// <summary>As the dashboard of this scheduler has it.</summary>
    public IClusterService Service => _app.Services.GetRequiredService<IClusterService>();
    public SchedulerView View => ReadModel.Current;

    public static async Task<TestSchedulerHost> StartAsync(AccessSettings? access = null, TlsSettings? tls = null, PeerAuthorities? peers = null)
    {
        var app = MysosWebApp.Build(
            new MysosWebSettings { Bind = IPAddress.Loopback, MeterName = $"Mysos.{Guid.NewGuid():N}", Access = access ?? new AccessSettings(), Tls = tls, Peers = peers ?? new PeerAuthorities(null) }, services => services.AddOneOfManySchedulers());
        await app.StartAsync();
        return new TestSchedulerHost(app, tls is null ? "http" : "https", peers);
    }

    /// <summary>Leads with its clusters from now on.</summary>
    public void Lead(long term)
    {
        _term = term;
        _showing = Clusters.Views.Subscribe(view => ReadModel.Follow(view with { Term = term, Mesos = new MesosView { Connected = true } }));
        _app.Services.GetRequiredService<CurrentTerm>().Open(Clusters, new Lease(term, () => _term == term));
    }

    /// <summary>By the clock, before anything here has noticed.</summary>
    public void LoseLease() => _term = 0;

    public void StopLeading()
    {
        LoseLease();
        _showing?.Dispose();
        _app.Services.GetRequiredService<CurrentTerm>().Close();
        ReadModel.MarkStale(new Staleness(DateTimeOffset.UnixEpoch, "The term is over."));
    }

    public void Know(Uri? leader) => _app.Services.GetRequiredService<LeaderAddress>().Current = leader;

    public void Follow(Uri? leader, SchedulerView? stored = null)
    {
        Know(leader);
        _following = _app.Services.GetRequiredService<LeaderFollower>().RunAsync(
            _ => Task.FromResult(stored ?? throw new IOException("There is no state.")), _stop.Token);
    }

    public Task SeesAsync(Func<SchedulerView, bool> condition, string what) => Stack.Eventually.IsAsync(
        () => Task.FromResult(condition(View)), TimeSpan.FromSeconds(30), () => $"{what}: {View}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        _showing?.Dispose();
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }
}
