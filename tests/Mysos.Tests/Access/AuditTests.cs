using Mysos.Tests.Api;

namespace Mysos.Tests.Access;

public sealed class AuditTests : IAsyncLifetime
{
    private readonly ApiHost _host = new() { Access = People.Settings };

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Changes_WhoFromWhereWhatAndHow_AreInTheAuditLog()
    {
        await SendAsync("PUT", "/clusters/taken", "otto", ("num_nodes", "3"), ("password", "secret"));
        await SendAsync("PUT", "/clusters/taken?dry_run=true", "otto", ("num_nodes", "4"), ("password", "secret"));
        await SendAsync("POST", "/clusters/taken/election", "otto", ("election_policy", "available"), ("election_timeout", "10s"), ("password", "secret"));
        await SendAsync("DELETE", "/clusters/taken", "otto", ("password", "secret"));
        await SendAsync("POST", "/clusters/taken/backups", "otto", ("password", "hunter2"));

        _host.Log.Of(201).ShouldBe(
        [
            "otto from 127.0.0.1: resize to 3 nodes, cluster taken: done",
            "otto from 127.0.0.1: dry run: resize to 4 nodes, cluster taken: done",
            "otto from 127.0.0.1: election policy available, election timeout 10s, cluster taken: done",
        ]);
        _host.Log.Of(202).ShouldBe(
        [
            "otto from 127.0.0.1: delete, cluster taken: refused with 403: It needs the role admin; yours is operator.",
            "otto from 127.0.0.1: backup, cluster taken: refused with 403: The password is wrong.",
        ]);
    }

    [Fact]
    public async Task Logins_ThatFail_AreInTheAuditLog_WithoutTheirSecrets()
    {
        using var line = People.Request("GET", "/clusters", People.Basic("an\nna", "hunter2"));
        await _host.Http.SendAsync(line);
        using var token = People.Request("GET", "/clusters", People.Bearer("mysos_hunter2"));
        await _host.Http.SendAsync(token);

        _host.Log.Of(204).ShouldBe(
        [
            "an na from 127.0.0.1: not logged in by password: The name or the password is wrong.",
            "somebody from 127.0.0.1: not logged in by token: The token is none that is known.",
        ]);
        _host.Log.All.ShouldAllBe(l => !l.Text.Contains("hunter2", StringComparison.Ordinal));
    }

    private async Task SendAsync(string method, string target, string name, params (string, string)[] fields) =>
        (await _host.Http.SendAsync(People.Request(method, target, People.Basic(name), fields))).Dispose();
}
