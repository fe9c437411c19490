using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Mysos.Host.Access.Peers;

/// <summary>Lets other schedulers in, and whoever they have let in.</summary>
internal sealed class PeerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, PeerSeal seal, AccessSettings settings)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string PeerClaim = "mysos:peer";

    private string? _problem;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[PeerSeal.Header] is not [{ } header])
            return Task.FromResult(AuthenticateResult.NoResult());
        (var by, _problem) = seal.Read(header, Request.Method, PeerRequests.Target(Request));
        if (_problem is null && settings.AsksForLogin && by is { Name: null })
            _problem = "The scheduler that passed this on asks for no login; start it with the same --auth_file as this one.";
        if (_problem is not null)
            return Task.FromResult(AuthenticateResult.Fail(_problem));
        Claim[] claims = [new Claim(PeerClaim, "true"), .. by is null ? [] : Callers.Claims(by)];
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme.Name)), Scheme.Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Challenges.AnswerAsync(Context, null, _problem);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Challenges.ForbidAsync(Context);
}
