using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Security;
using Mysos.Host.Access;
using Mysos.Host.Access.Files;
using Mysos.Host.Access.Login;
using Mysos.Tests.Api;

namespace Mysos.Tests.Access;

/// <summary>Who is in the tests' files. All people have one password, so that it is hashed once.</summary>
internal static class People
{
    public const string Password = "correct horse battery";

    public static string Token { get; } = ApiTokens.New();

    public static string PasswordHash { get; } = PasswordHashes.Hash(Password);

    public static SchedulerKey Key { get; } = new(RandomNumberGenerator.GetBytes(SchedulerKey.Size));

    public static string Yaml { get; } = $"""
        users:
          - name: anna
            role: admin
            password: {PasswordHash}
          - name: otto
            role: operator
            password: {PasswordHash}
          - name: vera
            role: viewer
            password: {PasswordHash}
        tokens:
          - name: ci
            role: operator
            hash: {ApiTokens.Hash(Token)}
        oidc_roles:
          dba: operator
          boss: admin
        """;

    public static AccessFile File { get; } = AccessFileReader.Parse(Yaml).Options!;

    /// <summary>Many wrong ones are borne; tests of that say otherwise.</summary>
    public static AccessSettings Settings { get; } = new()
    {
        File = File, Key = Key, Limits = new AttemptLimits { PerAddress = 10_000, PerUser = 10_000, PerCluster = 10_000 },
    };

    public static AuthenticationHeaderValue Basic(string name, string password = Password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));

    public static AuthenticationHeaderValue Bearer(string token) => new("Bearer", token);

    /// <summary>A request as one of them.</summary>
    public static HttpRequestMessage Request(
        string method, string target, AuthenticationHeaderValue? credentials = null, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), target);
        request.Headers.Authorization = credentials;
        if (fields.Length > 0)
            request.Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return request;
    }
}

/// <summary>One web side that asks for a login, for the tests of a class; each finds it as the first did.</summary>
public sealed class LoginHost : IAsyncLifetime
{
    internal FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());
    internal ApiHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Host = new ApiHost { Access = People.Settings, Time = Time };
        await Host.InitializeAsync();
    }

    internal ApiHost Fresh()
    {
        Host.Clusters.Put(InMemoryClusters.Cluster("taken"));
        Host.Clusters.ForgetRequests();
        Host.Log.Clear();
        return Host;
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

/// <summary>A file of <c>--auth_file</c>, as private as it has to be.</summary>
internal sealed class AuthFile : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mysos-auth-").FullName;

    public AuthFile(string yaml) => Write(yaml);

    public string Path => System.IO.Path.Combine(_directory, "auth.yml");

    public void Write(string yaml)
    {
        var draft = Path + ".new";
        File.WriteAllText(draft, yaml);
        File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(draft, Path, overwrite: true);
    }

    public AccessSettings Settings => People.Settings with { AuthFile = Path, File = AccessDirectory.Load(Path).Options };

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
