using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Mysos.Core.Access;
using Mysos.Host.Access.Files;

namespace Mysos.Host.Access.Login;

/// <summary>What came of a name with a password, or of a token.</summary>
internal abstract record LoginResult
{
    private LoginResult()
    {
    }

    public sealed record Accepted(string Name, Role Role) : LoginResult;

    public sealed record Refused(string Why) : LoginResult;

    /// <summary>Too many were wrong; this one was not looked at.</summary>
    public sealed record Throttled(TimeSpan Wait) : LoginResult;
}

/// <summary>Checks names with passwords, and tokens, against the file. Who is refused is counted and in the audit log.</summary>
internal sealed class Logins(AccessDirectory directory, Attempts attempts, AuditLog audit, TimeProvider time) : IDisposable
{
    /// <summary>A hash takes a processor for a tenth of a second; the others are needed for something else.</summary>
    private const int HashesAtATime = 2;
    private const int MostWaiting = 100;
    private const int MostRemembered = 1000;

    /// <summary>A program that sends its password with each request is not hashed each time.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    private readonly ConcurrencyLimiter _hashing = new(new() { PermitLimit = HashesAtATime, QueueLimit = MostWaiting });
    private readonly ConcurrentDictionary<string, DateTimeOffset> _right = new(StringComparer.Ordinal);
    private readonly byte[] _rememberedBy = RandomNumberGenerator.GetBytes(32);

    /// <param name="way">For the audit log.</param>
    public async Task<LoginResult> PasswordAsync(string name, string password, string from, string way, CancellationToken cancellation)
    {
        var on = AttemptOn.User(name);
        if (attempts.WaitOf(from, on) is { } wait)
            return Throttle(wait);
        var user = directory.Current.Users.GetValueOrDefault(name);
        var proof = user is null ? null : Proof(user, password);
        if (proof is not null && _right.TryGetValue(proof, out var until) && time.GetUtcNow() < until)
            return new LoginResult.Accepted(user!.Name, user.Role);
        using var turn = await _hashing.AcquireAsync(1, cancellation);
        if (!turn.IsAcquired)
            return Throttle(TimeSpan.FromSeconds(10));
        // Others may have failed while this one waited.
        if (attempts.WaitOf(from, on) is { } longer)
            return Throttle(longer);
        var right = password.Length <= PasswordHashes.Longest && PasswordHashes.Verify(user?.PasswordHash ?? PasswordHashes.OfNobody, password);
        if (user is null || !right)
            return Refuse(name, from, way, on, "The name or the password is wrong.");
        Remember(proof!);
        return new LoginResult.Accepted(user.Name, user.Role);

        LoginResult.Throttled Throttle(TimeSpan after)
        {
            audit.NotLoggedIn(name, from, way, "too many attempts");
            return new LoginResult.Throttled(after);
        }
    }

    public LoginResult Token(string token, string from)
    {
        const string Way = "token";
        if (attempts.WaitOf(from, null) is { } wait)
        {
            audit.NotLoggedIn(null, from, Way, "too many attempts");
            return new LoginResult.Throttled(wait);
        }
        return directory.Current.Tokens.TryGetValue(ApiTokens.Hash(token), out var entry)
            ? new LoginResult.Accepted($"token {entry.Name}", entry.Role)
            : Refuse(null, from, Way, null, "The token is none that is known.");
    }

    public void Dispose() => _hashing.Dispose();

    private LoginResult.Refused Refuse(string? name, string from, string way, AttemptOn? on, string why)
    {
        attempts.Failed(from, on);
        audit.NotLoggedIn(name, from, way, why);
        return new LoginResult.Refused(why);
    }

    private void Remember(string proof)
    {
        if (_right.Count >= MostRemembered)
            _right.Clear();
        _right[proof] = time.GetUtcNow() + Remembered;
    }

    /// <summary>Of no use to anybody without this process' key, and none any longer once the file has another hash.</summary>
    private string Proof(UserEntry user, string password) => Convert.ToHexString(
        HMACSHA256.HashData(_rememberedBy, Encoding.UTF8.GetBytes($"{user.Name}\n{user.PasswordHash}\n{password}")));
}
