using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Mysos.Host.Executor;
using Mysos.Host.Options;
using Mysos.Host.Scheduler;

namespace Mysos.Host.Doctor;

/// <summary>Agents can fetch the executor's package where they are told to, and get the right one.</summary>
/// <param name="http">Trusts the system's authorities, as it is with agents.</param>
/// <param name="peers">Trusts those of <c>--tls_ca</c>, where they are given.</param>
internal sealed class ExecutorCheck(SchedulerOptions options, HttpMessageInvoker http, HttpMessageInvoker peers) : ICheck
{
    public string Subject => "executor package";

    public async IAsyncEnumerable<Finding> LookAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        if (options.ExecutorUri is { } elsewhere)
        {
            yield return await ElsewhereAsync(elsewhere, cancellation);
            yield break;
        }
        if (options.ExecutorPackage is not { } file)
        {
            yield return Finding.Warn(Subject, "there is none: --executor_cmd must be a program that lies on every agent", "see that it does");
            yield break;
        }
        ExecutorPackage? package = null;
        Finding? unreadable = null;
        try
        {
            package = await ExecutorPackage.OpenAsync(file, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unreadable = Finding.Fail(Subject, e.Message, "give --executor_package the file that 'make publish' makes");
        }
        yield return unreadable ?? await OwnAsync(package!, cancellation);
    }

    /// <summary>From the address that agents are told.</summary>
    private async Task<Finding> OwnAsync(ExecutorPackage package, CancellationToken cancellation)
    {
        var scheduler = SchedulerPlan.PackageAddress(options, options.Port);
        var port = options.PlainPort is null ? "--port" : "--plain_port";
        var (answer, problem, isUntrusted) = await GetAsync(peers, new Uri(scheduler, package.UrlPath), cancellation);
        if (isUntrusted)
        {
            return Finding.Warn(Subject, $"{package.File} is there, but TLS with {scheduler.Authority} fails: {problem}",
                "correct its certificate, or name its CA in --tls_ca; agents have to trust it as well, or fetch the package from a --plain_port");
        }
        if (answer is null)
        {
            return Finding.Warn(Subject, $"{package.File} is there, but no scheduler answers at {scheduler.Authority}: {problem}",
                $"look again while it runs; agents need to reach it under that name (--advertise_host, {port})");
        }
        using var got = answer;
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return Finding.Fail(Subject, $"what runs at {scheduler.Authority} has another package than {package.File}", "restart the scheduler, which reads the package when it starts");
        if (answer.StatusCode != HttpStatusCode.OK)
            return Finding.Fail(Subject, $"{scheduler.Authority} answers {(int)answer.StatusCode} to {package.UrlPath[..24]}…", "restart the scheduler; is it one that listens there?");
        var hash = Convert.ToHexStringLower(await SHA512.HashDataAsync(await answer.Content.ReadAsStreamAsync(cancellation), cancellation));
        return hash == package.Sha512
            ? Finding.Ok(Subject, $"{scheduler.Authority} serves it, and its SHA-512 is right ({hash[..12]}…)")
            : Finding.Fail(Subject, $"what {scheduler.Authority} serves has another SHA-512 than {package.File}", "is a proxy between that changes it?");
    }

    private async Task<Finding> ElsewhereAsync(string uri, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            return Finding.Warn(Subject, $"--executor_uri={uri} can only be fetched by agents", "see that they can");
        var (answer, problem, _) = await GetAsync(http, address, cancellation);
        if (answer is null)
            return Finding.Fail(Subject, $"nobody answers at {address.Authority}: {problem}", "correct --executor_uri, or start what serves it");
        using var got = answer;
        return answer.StatusCode == HttpStatusCode.OK ? Finding.Ok(Subject, $"{uri} can be fetched")
            : Finding.Fail(Subject, $"{uri} answers {(int)answer.StatusCode}", "correct --executor_uri");
    }

    private static async Task<Got> GetAsync(HttpMessageInvoker http, Uri uri, CancellationToken cancellation)
    {
        try
        {
            return new Got(await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, uri), cancellation), null);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return new Got(null, e.InnerException?.Message ?? e.Message, IsUntrusted: true);
        }
        catch (HttpRequestException e)
        {
            return new Got(null, e.Message);
        }
        catch (OperationCanceledException)
        {
            return new Got(null, "it takes too long");
        }
    }

    /// <param name="Problem">Why there is no <paramref name="Answer"/>.</param>
    /// <param name="IsUntrusted">It is about TLS.</param>
    private sealed record Got(HttpResponseMessage? Answer, string? Problem, bool IsUntrusted = false);
}
