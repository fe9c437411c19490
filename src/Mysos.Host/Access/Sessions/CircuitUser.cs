using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Mysos.Core.Access;
using Mysos.Dashboard.Access;
using Mysos.Host.Access.Files;

namespace Mysos.Host.Access.Sessions;

/// <summary>
/// Who looks at a tab of the dashboard. Its live connection outlasts the request that began it, so it is asked again and again
/// whether the session still counts.
/// </summary>
internal sealed class CircuitUser(
    AuthenticationStateProvider authentication, SessionRules rules, AccessDirectory directory, AccessSettings settings, Openness openness, TimeProvider time)
    : CircuitHandler, IDashboardUser, IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly BehaviorSubject<Actor?> _current = new(null);
    private readonly CompositeDisposable _checks = [];
    private readonly Lock _gate = new();
    private Session? _session;
    private string _from = "";
    private long _active;

    public Actor? Current => _current.Value;

    public IObservable<Actor?> Changes => _current.DistinctUntilChanged();

    public Openness Openness => openness;

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken) =>
        Begin((await authentication.GetAuthenticationStateAsync()).User);

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => context =>
    {
        Volatile.Write(ref _active, time.GetTimestamp());
        return next(context);
    };

    public void Dispose() => _checks.Dispose();

    internal void Begin(ClaimsPrincipal user)
    {
        if (!settings.AsksForLogin)
        {
            _current.OnNext(Callers.Of(user));
            return;
        }
        _from = Callers.From(user);
        _session = Session.Of(user) ?? OfCredentials(user);
        Volatile.Write(ref _active, time.GetTimestamp());
        Check();
        _checks.Add(rules.Changes.Subscribe(_ => Check()));
        _checks.Add(time.CreateTimer(_ => Check(), null, Interval, Interval));
    }

    /// <summary>A browser may send a name and password of its own accord; that counts as a login now.</summary>
    private Session? OfCredentials(ClaimsPrincipal user) =>
        user.FindFirst(ClaimTypes.Name)?.Value is { } name && directory.Current.Users.TryGetValue(name, out var entry) ? Session.Of(entry, time.GetUtcNow()) : null;

    private void Check()
    {
        lock (_gate)
        {
            var idle = time.GetElapsedTime(Volatile.Read(ref _active));
            var actor = _session is null || idle >= SessionRules.Idle ? null : rules.ActorOf(_session, _from);
            // What has ended stays so, also when somebody does something now.
            _session = actor is null ? null : _session;
            if (actor != Current)
                _current.OnNext(actor);
        }
    }
}
