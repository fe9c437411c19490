using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Mysos.Core.Mesos;
using Mysos.Core.ZooKeeper;
using Mysos.Host.Options;

namespace Mysos.Host.Doctor;

/// <summary>The leading Mesos master is found and answers; what it says of the role and the agents.</summary>
internal sealed class MesosCheck(SchedulerOptions options, HttpMessageInvoker http, AuthenticationHeaderValue? credentials, TimeProvider time) : ICheck
{
    /// <summary>For the first question to each master, so that one that is silent does not take the time of the others.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public string Subject => "Mesos";

    public async IAsyncEnumerable<Finding> LookAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var (masters, problem) = await FindAsync(cancellation);
        if (problem is not null)
        {
            yield return problem;
            yield break;
        }
        var greeted = await Task.WhenAll(masters.Select(m => GreetAsync(m, cancellation)));
        var first = greeted.FirstOrDefault(g => g.Version.Json is not null);
        foreach (var (version, _, _) in greeted)
            yield return OfMaster(version, first is not null);
        if (first is null)
            yield break;
        if (first.Version.Date is { } date)
            yield return Clocks.Compare("the Mesos master", date, TimeSpan.FromSeconds(1), first.Asked, first.Answered);
        yield return OfRole(await AskAsync(first.Version.Leader, "/roles", cancellation));
        yield return OfAgents(await AskAsync(first.Version.Leader, "/slaves", cancellation));
    }

    private async Task<(Uri[] Masters, Finding? Problem)> FindAsync(CancellationToken cancellation)
    {
        if (options.MesosMaster is MesosMaster.Listed listed)
            return ([.. listed.Endpoints.Select(e => new Uri($"http://{e}"))], null);
        if (options.MesosMaster is not MesosMaster.InZooKeeper { Url: var url })
            return ([], Finding.Warn(Subject, "--mesos_master=local plays a master in the scheduler; there is nothing to look at", "name a Mesos master"));
        try
        {
            await using var connection = new ZooKeeperConnection(url, options.ZkSessionTimeout, time);
            return ([await new ZooKeeperMasters(connection.SessionAsync, url.Path, time).FindAsync(cancellation)], null);
        }
        catch (Exception e) when (e is MesosException or ZooKeeperException or OperationCanceledException)
        {
            return ([], Finding.Fail(Subject, e is OperationCanceledException ? $"ZooKeeper at {url.ConnectString} does not answer" : e.Message,
                "start the masters, or correct --mesos_master"));
        }
    }

    private async Task<Greeted> GreetAsync(Uri master, CancellationToken cancellation)
    {
        using var enough = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellation);
        var asked = time.GetUtcNow();
        return new Greeted(await AskAsync(master, "/version", either.Token), asked, time.GetUtcNow());
    }

    /// <param name="another">A scheduler that asks this one in vain asks another one, which answers.</param>
    private Finding OfMaster(Said version, bool another) => version.Json is { } said
        ? Finding.Ok(Subject, $"the master at {version.Leader.Authority} answers: version {Text(said, "version")}")
        : another
            ? Finding.Warn(Subject, $"the master at {version.Leader.Authority} {version.Problem}", "start it, or take it out of --mesos_master; the scheduler tries the others")
            : Finding.Fail(Subject, $"the master at {version.Leader.Authority} {version.Problem}", "start it, or correct --mesos_master");

    private Finding OfRole(Said roles)
    {
        var subject = $"role {options.FrameworkRole}";
        if (roles.Json is not { } json)
            return Finding.Warn(subject, $"the master {roles.Problem}, so quota and weight cannot be seen", "let the framework's principal read roles, or look yourself");
        if (!json.TryGetProperty("roles", out var all) || all.ValueKind != JsonValueKind.Array)
            return Finding.Warn(subject, "the master's list of roles cannot be understood", "look at it yourself: GET /roles");
        var role = all.EnumerateArray().FirstOrDefault(r => Text(r, "name") == options.FrameworkRole);
        if (role.ValueKind != JsonValueKind.Object)
            return Finding.Ok(subject, "nobody uses it yet; it has weight 1 and no quota");
        var weight = role.TryGetProperty("weight", out var w) && w.TryGetDouble(out var value) ? value : 1;
        var limits = role.TryGetProperty("quota", out var quota) && quota.TryGetProperty("limit", out var limit) ? Resources(limit) : "";
        var text = string.Create(CultureInfo.InvariantCulture, $"has weight {weight:0.##} and {(limits.Length == 0 ? "no quota limit" : $"the quota limit {limits}")}");
        return limits.Split(", ").Any(l => l is "cpus 0" or "mem 0" or "disk 0")
            ? Finding.Fail(subject, text, "raise the quota's limit: nothing is offered within this one") : Finding.Ok(subject, text);
    }

    private static Finding OfAgents(Said slaves)
    {
        if (slaves.Json is not { } json || !json.TryGetProperty("slaves", out var all) || all.ValueKind != JsonValueKind.Array)
            return Finding.Warn("agents", $"the master {slaves.Problem ?? "lists them in a way that cannot be understood"}, so they cannot be seen", "let the framework's principal read them, or look yourself");
        var active = all.EnumerateArray().Count(a => !a.TryGetProperty("active", out var on) || on.ValueKind == JsonValueKind.True);
        return active == 0 ? Finding.Fail("agents", "none is registered with the master", "start agents: clusters wait until some offer resources")
            : active == 1 ? Finding.Warn("agents", "there is only one", "start at least two more: a cluster's nodes go to different agents where they can")
            : Finding.Ok("agents", $"{active} are registered");
    }

    /// <summary>Follows one redirect, as the scheduler does: to the leader.</summary>
    private async Task<Said> AskAsync(Uri master, string path, CancellationToken cancellation)
    {
        try
        {
            using var first = await SendAsync(new Uri(master, path), cancellation);
            if (first.StatusCode != HttpStatusCode.TemporaryRedirect || first.Headers.Location is not { } there)
                return await ReadAsync(master, first, cancellation);
            var leader = new Uri(new Uri(master, path), there);
            using var second = await SendAsync(leader, cancellation);
            return await ReadAsync(new Uri(leader.GetLeftPart(UriPartial.Authority)), second, cancellation);
        }
        catch (HttpRequestException e)
        {
            return new Said(master, null, null, $"does not answer: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            return new Said(master, null, null, "does not answer in time");
        }
    }

    private Task<HttpResponseMessage> SendAsync(Uri uri, CancellationToken cancellation) =>
        http.SendAsync(new HttpRequestMessage(HttpMethod.Get, uri) { Headers = { Authorization = credentials } }, cancellation);

    private static async Task<Said> ReadAsync(Uri leader, HttpResponseMessage answer, CancellationToken cancellation)
    {
        var date = answer.Headers.Date;
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            return new Said(leader, null, date, $"does not let these credentials read {answer.RequestMessage!.RequestUri!.AbsolutePath} ({(int)answer.StatusCode})");
        if (answer.StatusCode != HttpStatusCode.OK)
            return new Said(leader, null, date, $"answers {(int)answer.StatusCode} to {answer.RequestMessage!.RequestUri!.AbsolutePath}");
        try
        {
            using var json = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
            return new Said(leader, json.RootElement.Clone(), date, null);
        }
        catch (JsonException)
        {
            return new Said(leader, null, date, "does not answer as a Mesos master does");
        }
    }

    private static string Resources(JsonElement resources) => resources.ValueKind != JsonValueKind.Object ? ""
        : string.Join(", ", resources.EnumerateObject().Where(r => r.Value.ValueKind == JsonValueKind.Number)
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Name} {r.Value.GetDouble():0.##}")));

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private sealed record Greeted(Said Version, DateTimeOffset Asked, DateTimeOffset Answered);

    /// <param name="Problem">Why there is no <paramref name="Json"/>.</param>
    private sealed record Said(Uri Leader, JsonElement? Json, DateTimeOffset? Date, string? Problem);
}
