using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Mysos.Host.Access;

namespace Mysos.Tests.Access;

/// <summary>
/// A provider of OpenID Connect: discovery, keys, authorization with code and PKCE, tokens signed with RS256. Whoever comes is
/// who the test says.
/// </summary>
internal sealed class OidcProvider : IAsyncDisposable
{
    public const string ClientId = "mysos";
    public const string ClientSecret = "the client's secret";
    private const string AccessToken = "an-access-token";

    private readonly WebApplication _app;
    private static readonly RsaSecurityKey Key = new(RSA.Create(2048)) { KeyId = "one" };
    private readonly ConcurrentDictionary<string, (string Challenge, string Nonce, string Redirect)> _codes = new();

    private OidcProvider(WebApplication app) => _app = app;

    /// <summary>To a browser, another site than 127.0.0.1.</summary>
    public Uri Authority => new UriBuilder("http", "localhost", new Uri(_app.Urls.First()).Port).Uri;

    /// <summary>Of a Mysos whose people log in here.</summary>
    public AccessSettings Settings => People.Settings with { Oidc = new OidcSettings(Authority, ClientId, ClientSecret, "groups") };

    public string User { get; set; } = "dora";
    public string[] Groups { get; set; } = ["dba"];

    /// <summary>Tells the groups at the user info endpoint alone, not in the ID token.</summary>
    public bool GroupsAreUserInfo { get; set; }

    /// <summary>Signs with this instead of the key that it publishes.</summary>
    public RsaSecurityKey? WrongKey { get; set; }

    public static async Task<OidcProvider> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var provider = new OidcProvider(app);
        app.MapGet("/.well-known/openid-configuration", provider.Configuration);
        app.MapGet("/keys", Keys);
        app.MapGet("/authorize", provider.Authorize);
        app.MapPost("/token", provider.TokenAsync);
        app.MapGet("/userinfo", provider.UserInfo);
        await app.StartAsync();
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Configuration() => Results.Text(new JsonObject
    {
        ["issuer"] = Authority.ToString(),
        ["authorization_endpoint"] = new Uri(Authority, "/authorize").ToString(),
        ["token_endpoint"] = new Uri(Authority, "/token").ToString(),
        ["userinfo_endpoint"] = new Uri(Authority, "/userinfo").ToString(),
        ["jwks_uri"] = new Uri(Authority, "/keys").ToString(),
        ["response_types_supported"] = new JsonArray("code"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
    }.ToJsonString(), "application/json");

    private static IResult Keys()
    {
        var key = Key.Rsa.ExportParameters(false);
        return Results.Text(new JsonObject
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["kty"] = "RSA", ["use"] = "sig", ["alg"] = "RS256", ["kid"] = Key.KeyId,
                ["n"] = Base64UrlEncoder.Encode(key.Modulus), ["e"] = Base64UrlEncoder.Encode(key.Exponent),
            }),
        }.ToJsonString(), "application/json");
    }

    private IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        if (query["client_id"] != ClientId || query["response_type"] != "code" || query["code_challenge_method"] != "S256")
            return Results.BadRequest();
        var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var redirect = query["redirect_uri"].ToString();
        _codes[code] = (query["code_challenge"].ToString(), query["nonce"].ToString(), redirect);
        return Results.Redirect($"{redirect}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}");
    }

    private IResult UserInfo(HttpRequest request) => request.Headers.Authorization != $"Bearer {AccessToken}" ? Results.Unauthorized() : Results.Text(new JsonObject
    {
        ["sub"] = $"id-of-{User}", ["groups"] = new JsonArray([.. Groups.Select(g => JsonValue.Create(g))]),
    }.ToJsonString(), "application/json");

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var verifier = SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()));
        if (!_codes.TryRemove(form["code"].ToString(), out var asked)
            || asked.Challenge != Base64UrlEncoder.Encode(verifier)
            || asked.Redirect != form["redirect_uri"]
            || form["client_id"] != ClientId || form["client_secret"] != ClientSecret)
            return Results.Text("""{"error":"invalid_grant"}""", "application/json", statusCode: 400);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Authority.ToString(), Audience = ClientId, IssuedAt = now, NotBefore = now, Expires = now.AddMinutes(5),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = $"id-of-{User}", ["preferred_username"] = User, ["groups"] = GroupsAreUserInfo ? [] : Groups, ["nonce"] = asked.Nonce,
            },
            SigningCredentials = new SigningCredentials(WrongKey ?? Key, SecurityAlgorithms.RsaSha256),
        });
        return Results.Text(new JsonObject { ["id_token"] = token, ["access_token"] = AccessToken, ["token_type"] = "Bearer" }.ToJsonString(), "application/json");
    }
}
