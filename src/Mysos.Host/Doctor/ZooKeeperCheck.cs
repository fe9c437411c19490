using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Mysos.Core.Security;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;
using Mysos.Host.Options;

namespace Mysos.Host.Doctor;

/// <summary>ZooKeeper answers, takes the credentials, and can be written to; the scheduler key opens what is stored there.</summary>
internal sealed class ZooKeeperCheck(SchedulerOptions options, TimeProvider time) : ICheck
{
    private readonly ZooKeeperUrl _url = options.ZkUrl!;

    public string Subject => "ZooKeeper";

    public async IAsyncEnumerable<Finding> LookAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var (session, problem) = await ConnectAsync(cancellation);
        if (session is null)
        {
            yield return problem!;
            yield break;
        }
        await using var connected = session;
        yield return Finding.Ok(Subject, $"{_url.ConnectString} answers; the session timeout is {session.SessionTimeout.TotalSeconds:0.#} s");
        yield return _url.Credentials is null
            ? Finding.Warn("access list", "there are no credentials in --zk_url: whoever reaches ZooKeeper can change Mysos' state", "--zk_url=zk://user:password@hosts/path")
            : Finding.Ok("access list", "what is made belongs to the credentials in --zk_url");
        await foreach (var finding in WriteAsync(session))
            yield return finding;
        await foreach (var finding in ReadStateAsync(cancellation))
            yield return finding;
    }

    private async Task<(ZooKeeperClient? Session, Finding? Problem)> ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            return (await ZooKeeperClient.ConnectAsync(_url, options.ZkSessionTimeout, time, cancellation), null);
        }
        catch (OperationCanceledException)
        {
            return (null, Finding.Fail(Subject, $"no server of {_url.ConnectString} answers", "start ZooKeeper, or correct the hosts in --zk_url; is a firewall between?"));
        }
        catch (ZooKeeperException e)
        {
            return (null, Finding.Fail(Subject, e.Message, "correct the user and password in --zk_url"));
        }
        catch (DllNotFoundException e)
        {
            return (null, Finding.Fail(Subject, e.Message, "install ZooKeeper's C client"));
        }
    }

    private async IAsyncEnumerable<Finding> WriteAsync(ZooKeeperClient session)
    {
        Finding written;
        Finding? clock = null;
        try
        {
            var missing = await MissingAsync(session);
            await session.EnsurePathAsync(_url.Path);
            var asked = time.GetUtcNow();
            var probe = await session.CreateAsync(_url.At("doctor-"), default, CreateMode.EphemeralSequential);
            var answered = time.GetUtcNow();
            if (await session.GetAsync(probe) is { } node)
                clock = Clocks.Compare("ZooKeeper", node.Modified, TimeSpan.FromMilliseconds(1), asked, answered);
            await session.DeleteAsync(probe);
            foreach (var made in missing)
                await RemoveAsync(session, made);
            written = Finding.Ok("state", $"a node can be made below {_url.Path} and removed");
        }
        catch (ZooKeeperException e)
        {
            written = Finding.Fail("state", e.Message, e.Error == ZooKeeperError.NoAuth
                ? $"use the credentials that {_url.Path} was made with, or another path" : "see to ZooKeeper, then look again");
        }
        yield return written;
        if (clock is not null)
            yield return clock;
    }

    /// <summary>The path and those above it that are not there, lowest first.</summary>
    private async Task<List<string>> MissingAsync(ZooKeeperClient session)
    {
        var missing = new List<string>();
        for (var path = _url.Path; path.Length > 1; path = path[..Math.Max(1, path.LastIndexOf('/'))])
        {
            try
            {
                if (await session.GetAsync(path) is not null)
                    break;
                missing.Add(path);
            }
            catch (ZooKeeperException e) when (e.Error == ZooKeeperError.NoAuth)
            {
                break;
            }
        }
        return missing;
    }

    /// <summary>Unless somebody uses it by now.</summary>
    private static async Task RemoveAsync(ZooKeeperClient session, string path)
    {
        try
        {
            await session.DeleteAsync(path);
        }
        catch (ZooKeeperException e) when (e.Error is ZooKeeperError.NotEmpty or ZooKeeperError.NoNode)
        {
            // Then it stays, or is gone.
        }
    }

    /// <summary>Passwords that this key does not open are lost: better to hear of it before a scheduler runs with it.</summary>
    private async IAsyncEnumerable<Finding> ReadStateAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var (secrets, _) = SecretFiles.Load(options.SchedulerKeypath!, options.AdminKeypath!, options.FrameworkAuthenticationFile);
        if (secrets is null || options.StateStorage != StateStorage.Zk)
            yield break;
        using var key = secrets.Key;
        Finding finding;
        try
        {
            await using var connection = new ZooKeeperConnection(_url, options.ZkSessionTimeout, time);
            var (_, clusters) = StateJson.Read(await new ZooKeeperStateStore(connection).LoadAsync(cancellation));
            var vault = new Vault(key, secrets.Admin);
            foreach (var cluster in clusters)
                vault.PasswordOf(cluster);
            finding = Finding.Ok("stored clusters", clusters.IsEmpty ? "there are none yet" : $"the scheduler key opens their passwords ({clusters.Length})");
        }
        catch (InvalidDataException e) when (e.InnerException is CryptographicException)
        {
            finding = Finding.Fail("stored clusters", "--scheduler_keypath is another key than the passwords in the state were sealed with", "use the key that the clusters were made with");
        }
        catch (Exception e) when (e is ZooKeeperException or InvalidDataException or System.Text.Json.JsonException)
        {
            finding = Finding.Fail("stored clusters", e.Message, "see to what is below <zk_url>/state");
        }
        yield return finding;
    }
}
