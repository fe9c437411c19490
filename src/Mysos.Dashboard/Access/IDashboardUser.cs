using Mysos.Core.Access;

namespace Mysos.Dashboard.Access;

/// <summary>Who looks at one browser tab, now.</summary>
public interface IDashboardUser
{
    /// <summary>Null: the login counts no longer, and nothing is to be shown.</summary>
    Actor? Current { get; }

    /// <summary>What <see cref="Current"/> is, and each time it becomes something else. Never fails.</summary>
    IObservable<Actor?> Changes { get; }

    Openness Openness { get; }
}

/// <summary>Who can act without being asked who they are.</summary>
public enum Openness
{
    /// <summary>Nobody.</summary>
    Closed,
    /// <summary>Everybody on the scheduler's machine.</summary>
    ThisMachine,
    /// <summary>Everybody who reaches it.</summary>
    Network,
}

/// <summary>For a host that lets everybody in and knows of it.</summary>
internal sealed class Anybody : IDashboardUser
{
    public Actor? Current { get; } = new(null, "unknown", Role.Admin);

    public IObservable<Actor?> Changes => System.Reactive.Linq.Observable.Return(Current);

    public Openness Openness => Openness.Closed;
}

internal static class DashboardUserRules
{
    private const string Ended = "Your login has ended.";

    /// <summary>Why what needs this role cannot be done; null when it can.</summary>
    public static string? WhyNot(this IDashboardUser user, Role needed) =>
        user.Current is { } actor ? AccessRules.WhyNot(actor.Role, needed) : Ended;
}
