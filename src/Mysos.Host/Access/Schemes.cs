namespace Mysos.Host.Access;

/// <summary>The ways in which a request can say who sends it.</summary>
internal static class Schemes
{
    /// <summary>Whichever of the others the request has something for.</summary>
    public const string Any = "Mysos";

    /// <summary>HTTP Basic, or a bearer token.</summary>
    public const string Credentials = "Credentials";

    /// <summary>The cookie of a browser that has logged in.</summary>
    public const string Session = "Session";

    /// <summary>Another scheduler, for whom it has let in.</summary>
    public const string Peer = "Peer";

    /// <summary>OpenID Connect.</summary>
    public const string Oidc = "Oidc";
}

internal static class Policies
{
    /// <summary>Metrics: for viewers, or for everybody.</summary>
    public const string Metrics = "metrics";

    /// <summary>Between schedulers.</summary>
    public const string Peer = "peer";
}
