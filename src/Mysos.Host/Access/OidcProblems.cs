namespace Mysos.Host.Access;

/// <summary>Why nobody came back from the provider, as a word in the address: a text there could be anybody's.</summary>
internal static class OidcProblems
{
    public const string Failed = "failed";
    public const string NoRole = "no_role";

    public static string Explain(string problem, OidcSettings? settings) => problem switch
    {
        NoRole => $"{settings?.Authority.Host} knows you, but you have no role here: no value of your claim '{settings?.RoleClaim}' is in oidc_roles of the --auth_file.",
        _ => $"{settings?.Authority.Host} has not logged you in; try again. The scheduler's log has the reason.",
    };
}
