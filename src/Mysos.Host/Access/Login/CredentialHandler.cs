using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Mysos.Core.Access;

namespace Mysos.Host.Access.Login;

/// <summary>
/// <see href="https://www.rfc-editor.org/rfc/rfc7617">Basic</see> and
/// <see href="https://www.rfc-editor.org/rfc/rfc6750#section-2.1">Bearer</see>.
/// </summary>
internal sealed class CredentialHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, Logins logins)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private LoginResult? _result;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization.Count == 0)
            return AuthenticateResult.NoResult();
        var from = Callers.AddressOf(Context);
        _result = Credentials(Request.Headers.Authorization) switch
        {
            (var name, { } password) => await logins.PasswordAsync(name, password, from, "password", Context.RequestAborted),
            (var token, null) => logins.Token(token, from),
            _ => new LoginResult.Refused("The Authorization header is neither 'Basic' with a name and a password nor 'Bearer' with a token."),
        };
        return _result is LoginResult.Accepted accepted
            ? AuthenticateResult.Success(new AuthenticationTicket(
                new ClaimsPrincipal(new ClaimsIdentity(Callers.Claims(new Actor(accepted.Name, from, accepted.Role)), Scheme.Name)), Scheme.Name))
            : AuthenticateResult.Fail("Refused.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Challenges.AnswerAsync(Context, _result);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Challenges.ForbidAsync(Context);

    /// <summary>Name and password, a token and null, or null when it is neither.</summary>
    private static (string Name, string? Password)? Credentials(string? header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out var value) || value.Parameter is not { Length: > 0 } parameter)
            return null;
        if (value.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return (parameter, null);
        if (!value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            return null;
        try
        {
            return Strict.GetString(Convert.FromBase64String(parameter)).Split(':', 2) is [var name, var password] ? (name, password) : null;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }
}
