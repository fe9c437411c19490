using System.Collections.Immutable;
using System.Net;
using Mysos.Core.Security;
using Mysos.Host.Access.Files;
using Mysos.Host.Access.Login;

namespace Mysos.Host.Access;

/// <summary>Who is let in.</summary>
internal sealed record AccessSettings
{
    /// <summary>Null: no login is asked for, and whoever reaches Mysos may do everything.</summary>
    public string? AuthFile { get; init; }

    /// <summary>What <see cref="AuthFile"/> said at the start.</summary>
    public AccessFile? File { get; init; }

    /// <summary>What all schedulers share; without one, this scheduler trusts no other.</summary>
    public SchedulerKey? Key { get; init; }

    public bool OpenMetrics { get; init; }

    /// <summary>Whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed.</summary>
    public ImmutableArray<IPAddress> TrustedProxies { get; init; } = [];

    public OidcSettings? Oidc { get; init; }

    public AttemptLimits Limits { get; init; } = new();

    public bool AsksForLogin => File is not null;
}

/// <summary>A provider of OpenID Connect that may log people in.</summary>
/// <param name="RoleClaim">Its values lead to roles: <see cref="AccessFile.OidcRoles"/>.</param>
internal sealed record OidcSettings(Uri Authority, string ClientId, string ClientSecret, string RoleClaim);
