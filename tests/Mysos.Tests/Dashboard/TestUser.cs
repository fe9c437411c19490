using System.Reactive.Subjects;
using Mysos.Core.Access;
using Mysos.Dashboard.Access;

namespace Mysos.Tests.Dashboard;

/// <summary>Whoever the test says looks at the dashboard; at first somebody who may do everything.</summary>
internal sealed class TestUser : IDashboardUser
{
    private readonly BehaviorSubject<Actor?> _current = new(new Actor("anna", "10.0.0.7", Role.Admin));

    public Actor? Current => _current.Value;
    public IObservable<Actor?> Changes => _current;
    public Openness Openness { get; set; } = Openness.Closed;

    public void Become(Role? role) => _current.OnNext(role is { } known ? new Actor("anna", "10.0.0.7", known) : null);
}
