using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Access;
using Mysos.Dashboard.Access;
using Mysos.Host.Access;
using Mysos.Host.Access.Files;
using Mysos.Host.Access.Sessions;

namespace Mysos.Tests.Access;

/// <summary>The rights of a dashboard whose live connection goes on.</summary>
public sealed class CircuitUserTests : IDisposable
{
    private readonly AuthFile _file = new(People.Yaml);
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly AccessDirectory _directory;
    private readonly SessionRules _rules;
    private readonly CircuitUser _user;
    private readonly List<Actor?> _seen = [];

    public CircuitUserTests()
    {
        _directory = new AccessDirectory(_file.Settings, _time, NullLogger<AccessDirectory>.Instance);
        _rules = new SessionRules(_directory, _time);
        _user = new CircuitUser(new NoState(), _rules, _directory, _file.Settings, Openness.Closed, _time);
        _user.Changes.Subscribe(_seen.Add);
    }

    public void Dispose()
    {
        _user.Dispose();
        _rules.Dispose();
        _directory.Dispose();
        _file.Dispose();
    }

    [Fact]
    public async Task Circuit_ThatIsUsed_LivesUntilTheSessionsEnd()
    {
        Begin("vera");
        var use = _user.CreateInboundActivityHandler(_ => Task.CompletedTask);
        for (var passed = TimeSpan.Zero; passed + TimeSpan.FromMinutes(20) < SessionRules.Longest; passed += TimeSpan.FromMinutes(20))
        {
            _time.Advance(TimeSpan.FromMinutes(20));
            await use(null!);
            _user.Current.ShouldBe(new Actor("vera", "10.0.0.7", Role.Viewer));
        }
        _time.Advance(TimeSpan.FromMinutes(20));

        _user.Current.ShouldBeNull();
    }

    [Fact]
    public async Task Circuit_ThatIsNotUsed_LosesItsRights_ForGood()
    {
        Begin("vera");
        _time.Advance(SessionRules.Idle + CircuitUser.Interval);
        _user.Current.ShouldBeNull();

        await _user.CreateInboundActivityHandler(_ => Task.CompletedTask)(null!);
        _time.Advance(CircuitUser.Interval);

        _user.Current.ShouldBeNull();
        _seen.ShouldBe([null, new Actor("vera", "10.0.0.7", Role.Viewer), null]);
    }

    [Fact]
    public void Circuit_OfAUserWhoIsTakenOut_LosesItsRights_OfOneWithAnotherRoleHasThat()
    {
        Begin("vera");
        _file.Write(People.Yaml.Replace("role: viewer", "role: admin", StringComparison.Ordinal));
        _time.Advance(FileChanges.Interval);
        _user.Current!.Role.ShouldBe(Role.Admin);

        _file.Write(People.Yaml.Replace("vera", "zoe", StringComparison.Ordinal));
        _time.Advance(FileChanges.Interval);
        _user.Current.ShouldBeNull();
    }

    [Fact]
    public void Circuit_OfASessionThatLogsOutElsewhere_LosesItsRightsAtOnce()
    {
        _rules.End(Begin("vera"));

        _user.Current.ShouldBeNull();
    }

    [Fact]
    public void Circuit_WithoutALogin_HasNoRights()
    {
        _user.Begin(new ClaimsPrincipal(new ClaimsIdentity([new Claim(Callers.FromClaim, "10.0.0.7")])));

        _user.Current.ShouldBeNull();
    }

    private Session Begin(string name)
    {
        var session = Session.Of(_directory.Current.Users[name], _time.GetUtcNow());
        _user.Begin(session.ToPrincipal(Callers.Claims(_rules.ActorOf(session, "10.0.0.7")!)));
        return session;
    }

    private sealed class NoState : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => throw new NotSupportedException();
    }
}
