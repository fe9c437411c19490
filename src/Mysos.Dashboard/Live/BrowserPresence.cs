using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Mysos.Dashboard.Live;

/// <summary>Whether the tab's browser is connected. For one that has gone Blazor keeps all for three minutes, should it come back.</summary>
internal sealed class BrowserPresence : CircuitHandler, IDisposable
{
    private readonly BehaviorSubject<bool> _there = new(true);

    /// <summary>Begins with what is so now.</summary>
    public IObservable<bool> Changes => _there.DistinctUntilChanged();

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken) => TellAsync(true);

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken) => TellAsync(false);

    public void Dispose() => _there.Dispose();

    private Task TellAsync(bool there)
    {
        _there.OnNext(there);
        return Task.CompletedTask;
    }
}
