using Mysos.Host.Access;
using Mysos.Host.Options;

namespace Mysos.Host.Doctor;

/// <summary>The files of logins and TLS, loaded as a scheduler loads them.</summary>
internal sealed class AccessCheck(SchedulerOptions options) : ICheck
{
    public string Subject => "access files";

    public IAsyncEnumerable<Finding> LookAsync(CancellationToken cancellation)
    {
        var problems = AccessFiles.Load(options, key: null).Problems;
        return new (string Flag, string? Path, string Text)[]
        {
            ("--auth_file", options.AuthFile, $"{options.AuthFile} says who may log in"),
            ("--tls_cert", options.TlsCert, $"{options.TlsCert} is a certificate, and {options.TlsKey} (--tls_key) is its key"),
            ("--tls_ca", options.TlsCa, $"{options.TlsCa} has certificates"),
            ("--oidc_client_secret_file", options.OidcClientSecretFile, $"{options.OidcClientSecretFile} holds a secret"),
        }
        .Where(file => file.Path is not null)
        .SelectMany(file => Of(file.Flag, file.Text, [.. problems.Where(p => p.StartsWith($"{file.Flag}: ", StringComparison.Ordinal))]))
        .ToAsyncEnumerable();
    }

    private static IEnumerable<Finding> Of(string flag, string right, string[] problems) => problems.Length == 0
        ? [Finding.Ok(flag, right)]
        : problems.Select(p => Finding.Fail(flag, p[(flag.Length + 2)..], $"correct the file, or give {flag} the right one"));
}
