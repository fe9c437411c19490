using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Mysos.Host.Executor;
using Mysos.Host.Options;

namespace Mysos.Host.Doctor;

/// <summary>Agents can fetch the executor's package where they are told to, and get the right one.</summary>
internal sealed class ExecutorCheck(SchedulerOptions options, HttpMessageInvoker http) : ICheck
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
        var scheduler = new UriBuilder("http", options.AdvertiseHost, options.Port).Uri;
        var (answer, problem) = await GetAsync(new Uri(scheduler, package.UrlPath), cancellation);
        if (answer is null)
        {
            return Finding.Warn(Subject, $"{package.File} is there, but no scheduler answers at {scheduler.Authority}: {problem}",
                "look again while it runs; agents need to reach it under that name (--advertise_host, --port)");
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
        var (answer, problem) = await GetAsync(address, cancellation);
        if (answer is null)
            return Finding.Fail(Subject, $"nobody answers at {address.Authority}: {problem}", "correct --executor_uri, or start what serves it");
        using var got = answer;
        return answer.StatusCode == HttpStatusCode.OK ? Finding.Ok(Subject, $"{uri} can be fetched")
            : Finding.Fail(Subject, $"{uri} answers {(int)answer.StatusCode}", "correct --executor_uri");
    }

    private async Task<(HttpResponseMessage? Answer, string? Problem)> GetAsync(Uri uri, CancellationToken cancellation)
    {
        try
        {
            return (await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, uri), cancellation), null);
        }
        catch (HttpRequestException e)
        {
            return (null, e.Message);
        }
        catch (OperationCanceledException)
        {
            return (null, "it takes too long");
        }
    }
}
