using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HttpOverrides;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Access;
using Mysos.Host.Access.Files;
using Mysos.Host.Access.Login;
using Mysos.Host.Access.Peers;
using Mysos.Host.Access.Sessions;
using Mysos.Host.Composition;

namespace Mysos.Host.Access;

/// <summary>Registers who is let in, and as what.</summary>
internal static class AccessServices
{
    public static void AddMysosAccess(this IServiceCollection services, MysosWebSettings web)
    {
        var settings = web.Access;
        services.AddSingleton(settings);
        services.AddSingleton(_ => new Attempts(settings.Limits));
        services.AddSingleton<AuditLog>();
        services.AddSingleton<AccessDirectory>();
        services.AddSingleton<Logins>();
        services.AddSingleton<SessionRules>();
        services.AddSingleton<LongAnswers>();
        services.AddSingleton(s => PeerSeal.Of(settings.Key, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ClusterGuards>();
        services.AddScoped(s => ActivatorUtilities.CreateInstance<CircuitUser>(s, OpennessOf(web)));
        services.AddScoped<IDashboardUser>(s => s.GetRequiredService<CircuitUser>());
        services.AddScoped<CircuitHandler>(s => s.GetRequiredService<CircuitUser>());
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
            foreach (var proxy in settings.TrustedProxies)
                options.KnownProxies.Add(proxy);
        });
        services.AddAntiforgery(options =>
        {
            // Blazor sets it with each page.
            options.Cookie.Name = web.Tls is null ? "mysos-forms" : "__Host-mysos-forms";
            options.Cookie.SecurePolicy = SessionCookie.Secure(web.Tls is not null);
        });
        AddKeys(services, settings);
        AddAuthentication(services, settings, web.Tls is not null);
        AddAuthorization(services, settings);
    }

    /// <summary>Before routing: who sends the request, and from where.</summary>
    public static void UseMysosAccess(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseMiddleware<CallerMiddleware>();
        app.UseMiddleware<SessionWriteGuard>();
        app.UseAuthorization();
    }

    public static Openness OpennessOf(MysosWebSettings web) => web.Access.AsksForLogin ? Openness.Closed
        : System.Net.IPAddress.IsLoopback(web.Bind) ? Openness.ThisMachine
        : Openness.Network;

    private static void AddAuthentication(IServiceCollection services, AccessSettings settings, bool tls)
    {
        var authentication = services.AddAuthentication(Schemes.Any);
        authentication.AddPolicyScheme(Schemes.Any, null, options => options.ForwardDefaultSelector = context =>
            context.Request.Headers.ContainsKey(PeerSeal.Header) || !settings.AsksForLogin ? Schemes.Peer
            : context.Request.Headers.Authorization.Count > 0 ? Schemes.Credentials
            : Schemes.Session);
        authentication.AddScheme<AuthenticationSchemeOptions, PeerHandler>(Schemes.Peer, null);
        if (!settings.AsksForLogin)
            return;
        authentication.AddScheme<AuthenticationSchemeOptions, CredentialHandler>(Schemes.Credentials, null);
        authentication.AddCookie(Schemes.Session, options => SessionCookie.Configure(options, tls));
        if (settings.Oidc is { } oidc)
            authentication.AddMysosOidc(oidc);
    }

    private static void AddAuthorization(IServiceCollection services, AccessSettings settings)
    {
        var everybody = new AuthorizationPolicyBuilder().RequireAssertion(_ => true).Build();
        var viewers = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Metrics, settings.AsksForLogin && !settings.OpenMetrics ? viewers : everybody)
            .AddPolicy(Policies.Peer, settings.AsksForLogin ? new AuthorizationPolicyBuilder().RequireClaim(PeerHandler.PeerClaim).Build() : everybody)
            // Whatever has no other policy, now and in times to come.
            .SetFallbackPolicy(settings.AsksForLogin ? viewers : null);
    }

    /// <summary>What seals cookies: for all schedulers the same, so that a browser may be led to any of them.</summary>
    private static void AddKeys(IServiceCollection services, AccessSettings settings)
    {
        var protection = services.AddDataProtection().SetApplicationName("mysos");
        if (settings.Key is { } key)
        {
            protection.DisableAutomaticKeyGeneration();
            services.Configure<KeyManagementOptions>(options => options.XmlRepository = new DerivedKeyRing(key));
        }
        else
        {
            protection.UseEphemeralDataProtectionProvider();
        }
    }
}

/// <summary>Puts the guard before services.</summary>
internal sealed class ClusterGuards(Attempts attempts, AuditLog audit)
{
    public IClusterService Guard(IClusterService service) => new ClusterGuard(service, attempts, audit);
}
