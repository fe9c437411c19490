using System.Text;
using Xunit;

namespace Mysos.Tests.Api;

/// <summary>One request that must be refused, and how.</summary>
/// <param name="What">Names the case in the test's output.</param>
/// <param name="Target">The path as it goes over the wire.</param>
/// <param name="Field">The <c>field</c> of the problem; null when any will do.</param>
public sealed record BadRequest(
    string What, string Method, string Target, string? ContentType, string? Body, int Status, string? Field = null, params string[] Headers)
{
    public byte[]? BodyBytes => Body is null ? null : Encoding.UTF8.GetBytes(Body);

    public override string ToString() => $"{What}: {Method} {(Target.Length > 80 ? Target[..80] + "…" : Target)} → {Status}";
}

/// <summary>
/// Requests that any Mysos must refuse, whatever is behind its API. There must be a cluster <c>taken</c> with the password
/// <c>secret</c>, and none called <c>absent</c>.
/// </summary>
public sealed class BadRequests : TheoryData<BadRequest>
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Json = "application/json";
    private const string Multipart = "multipart/form-data; boundary=xyz";

    public BadRequests()
    {
        Names();
        Paths();
        Users();
        NodeCounts();
        Sizes();
        BackupsAndPasswords();
        Bodies();
        Changes();
        Others();
    }

    private void Names()
    {
        var names = new (string What, string Name)[]
        {
            ("upper case", "Shop"), ("65 letters", new string('a', 65)), ("a dash first", "-shop"), ("an underscore first", "_shop"),
            ("a dot", "a.b"), ("an encoded slash", "a%2Fb"), ("an encoded slash, lower case", "a%2fb"), ("an encoded slash alone", "%2F"),
            ("an encoded backslash", "a%5Cb"), ("a space", "a%20b"), ("only a space", "%20"), ("a trailing space", "shop%20"),
            ("a line feed", "shop%0A"), ("a tab", "%09"), ("a double quote", "%22"), ("an apostrophe", "a'b"), ("a backtick", "a%60b"), ("a semicolon", "a;drop"),
            ("encoded dots and slash", "%2e%2e%2fetc"), ("dots", "..."), ("an umlaut", "%C3%A4"), ("an emoji", "%F0%9F%98%80"),
            ("bytes that are not UTF-8", "%ff%fe"), ("a long encoding", "%c0%ae%c0%ae"), ("a broken escape", "%zz"), ("a percent sign", "a%25b"),
            ("encoded twice", "%252e%252e"), ("a non-breaking space", "%C2%A0"), ("a zero-width space", "a%E2%80%8Bb"), ("a right-to-left override", "a%E2%80%AEb"), ("a colon", "a:b"), ("a star", "*"), ("a dollar", "$(id)"),
            ("5000 letters", new string('a', 5000)),
        };
        foreach (var (what, name) in names)
        {
            Add(new BadRequest($"name with {what}", "POST", $"/clusters/{name}", Form, "cluster_user=u", 400, "cluster_name"));
            Add(new BadRequest($"name with {what}", "GET", $"/clusters/{name}", null, null, 400, "cluster_name"));
            Add(new BadRequest($"name with {what}", "DELETE", $"/cluster/{name}", Form, "password=x", 400, "cluster_name"));
            Add(new BadRequest($"name with {what}", "PUT", $"/clusters/{name}", Form, "num_nodes=2&password=x", 400, "cluster_name"));
            Add(new BadRequest($"name with {what}", "POST", $"/clusters/{name}/backups", Form, "password=x", 400, "cluster_name"));
            Add(new BadRequest($"name with {what}", "GET", $"/clusters/{name}/backups", null, null, 400, "cluster_name"));
            Add(new BadRequest($"name with {what}", "GET", $"/clusters/{name}/events", null, null, 400, "cluster_name"));
        }
    }

    private void Paths()
    {
        foreach (var dots in (string[])["..", ".", "%2e%2e", "%2E%2e", ".%2e", "%2e", "../..", "..%2f..", "a/../taken", "a/%2e%2e/taken"])
        {
            Add(new BadRequest("dots", "DELETE", $"/clusters/{dots}", Form, "password=secret", 400, "cluster_name"));
            Add(new BadRequest("dots", "POST", $"/clusters/{dots}", Form, "cluster_user=u", 400, "cluster_name"));
            Add(new BadRequest("dots", "GET", $"/clusters/{dots}", null, null, 400, "cluster_name"));
        }

        foreach (var target in (string[])["/clusters/%00", "/clusters/a%00b", "/%00", "/clusters/taken%00"])
        {
            Add(new BadRequest("NUL", "GET", target, null, null, 400));
            Add(new BadRequest("NUL", "DELETE", target, Form, "password=secret", 400));
        }

        Add(new BadRequest("empty name", "POST", "/clusters/", Form, "cluster_user=u", 404));
        Add(new BadRequest("empty name", "DELETE", "/clusters/", Form, "password=x", 404));
        Add(new BadRequest("no name", "POST", "/clusters", Form, "cluster_user=u", 404));
        Add(new BadRequest("empty name in the other path", "DELETE", "/cluster/", Form, "password=x", 404));
        Add(new BadRequest("two slashes", "POST", "/clusters//a", Form, "cluster_user=u", 404));
        Add(new BadRequest("unknown path", "GET", "/nothing/here", null, null, 404));
        Add(new BadRequest("unknown path below a cluster", "GET", "/clusters/taken/nothing", null, null, 404));
        Add(new BadRequest("too deep", "POST", "/clusters/a/b/c", Form, "cluster_user=u", 404));
        Add(new BadRequest("unknown executor package", "GET", "/executor/abc/mysos-executor.tar.gz", null, null, 404));
        Add(new BadRequest("not a method of clusters", "PATCH", "/clusters/taken", Form, "x=y", 405));
        Add(new BadRequest("not a method of vars", "POST", "/vars.json", Form, "x=y", 405));
        Add(new BadRequest("not a method of backups", "DELETE", "/clusters/taken/backups", Form, "password=secret", 405));
        Add(new BadRequest("request line of 9 kB", "GET", "/clusters/" + new string('a', 9000), null, null, 414));
        Add(new BadRequest("headers of 40 kB", "GET", "/clusters", null, null, 431, null, $"X-Long: {new string('a', 40_000)}"));
    }

    private void Users()
    {
        Create("no user", "num_nodes=1", "cluster_user");
        Create("empty user", "cluster_user=", "cluster_user");
        foreach (var user in (string[])["a%20b", "a'b", "a%60b", "a%40b", "%25", "a%22b", "a%5Cb", "a%00b", "a%0Ab", "%C3%A4", new string('a', 33)])
        {
            Create("user that is no user name", $"cluster_user={user}", "cluster_user");
        }

        foreach (var user in (string[])["root", "ROOT", "mysql", "mysql.sys", "mysql.session", "mysql.infoschema", "mariadb.sys", "mysqld",
            "debian-sys-maint", "healthcheck", "PUBLIC", "public", "mysos_repl", "mysos_"])
        {
            Create("system account", $"cluster_user={user}", "cluster_user");
        }
    }

    private void NodeCounts()
    {
        foreach (var count in (string[])["0", "-1", "101", "1000000", "99999999999999999999", "two", "1.5", "1e1", "0x2", "", "%20", "2%20", "%2B", "NaN", "١"])
        {
            Create("num_nodes", $"cluster_user=u&num_nodes={count}", "num_nodes");
            Add(new BadRequest("num_nodes", "PUT", "/clusters/taken", Form, $"password=secret&num_nodes={count}", 400, "num_nodes"));
        }

        Add(new BadRequest("no num_nodes", "PUT", "/clusters/taken", Form, "password=secret", 400, "num_nodes"));
        CreateJson("num_nodes", """{"cluster_user":"u","num_nodes":1.5}""", "num_nodes");
        CreateJson("num_nodes", """{"cluster_user":"u","num_nodes":true}""", "num_nodes");
        CreateJson("num_nodes", """{"cluster_user":"u","num_nodes":[2]}""", "num_nodes");
        CreateJson("num_nodes", """{"cluster_user":"u","num_nodes":0}""", "num_nodes");
    }

    private void Sizes()
    {
        var sizes = new[]
        {
            "", "big", "{", "[]", "1", "\"512mb\"", "null", """{"mem":512}""", """{"mem":"512"}""", """{"mem":"512 mb"}""", """{"mem":"512b"}""",
            """{"mem":"512pb"}""", """{"mem":"-512mb"}""", """{"mem":"mb"}""", """{"mem":"1e3mb"}""", """{"mem":"0x10mb"}""", """{"mem":null}""", """{"mem":""}""",
            """{"mem":"255mb"}""", """{"mem":"0mb"}""", """{"mem":"99999tb"}""", """{"mem":"999999999999999999tb"}""", """{"mem":"9999999999999999999999mb"}""",
            """{"disk":"511mb"}""", """{"disk":"0gb"}""", """{"disk":"99999tb"}""", """{"disk":true}""", """{"disk":{}}""",
            """{"cpus":0}""", """{"cpus":-1}""", """{"cpus":0.05}""", """{"cpus":1e9}""", """{"cpus":1e999}""", """{"cpus":"NaN"}""", """{"cpus":"many"}""", """{"cpus":null}""",
            """{"memory":"512mb"}""", """{"MEM":"512mb"}""", """{"mem":"512mb","mem":"1gb"}""", """{"cpus":1,}""", """{"cpus":1} x""", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}",
        };
        foreach (var size in sizes)
        {
            Create("size", $"cluster_user=u&size={Uri.EscapeDataString(size)}", "size");
        }

        CreateJson("size", """{"cluster_user":"u","size":{"mem":512}}""", "size");
        CreateJson("size", """{"cluster_user":"u","size":{"mem":"1mb"}}""", "size");
        CreateJson("size", """{"cluster_user":"u","size":["512mb"]}""", "size");
        CreateJson("size", """{"cluster_user":"u","size":"512mb"}""", "size");
        CreateJson("size", """{"cluster_user":"u","size":512}""", "size");
    }

    private void BackupsAndPasswords()
    {
        foreach (var id in (string[])["", "..", "../etc/passwd", "a/../../b", "/etc/passwd", "a//b", "a/", "./a", "a b", "a\0b", "a\nb", "$(id)", "a;b", "ä", new string('a', 256)])
        {
            Create("backup_id", $"cluster_user=u&backup_id={Uri.EscapeDataString(id)}", "backup_id");
        }

        foreach (var password in (string[])["", "a%00b", "a%0Ab", "a%1Fb", "a%7Fb", "%C2%85", "%FF", new string('a', 129)])
        {
            Create("cluster_password", $"cluster_user=u&cluster_password={password}", "cluster_password");
        }

        CreateJson("cluster_password", """{"cluster_user":"u","cluster_password":"\ud800"}""", "cluster_password");
        foreach (var (method, target, more) in ((string, string, string)[])[("DELETE", "/clusters/taken", ""), ("DELETE", "/cluster/taken", ""),
            ("PUT", "/clusters/taken", "&num_nodes=2"), ("POST", "/clusters/taken/backups", ""), ("POST", "/clusters/taken/switchover", "&to=1"),
            ("POST", "/cluster/taken/restart", ""), ("POST", "/clusters/taken/password", "&new_password=x"), ("POST", "/clusters/taken/nodes/1/replace", "")])
        {
            Add(new BadRequest("wrong password", method, target, Form, $"password=wrong{more}", 403, "password"));
            Add(new BadRequest("empty password", method, target, Form, $"password={more}", 403, "password"));
            Add(new BadRequest("no password", method, target, Form, more.TrimStart('&'), 403, "password"));
            Add(new BadRequest("no such cluster", method, target.Replace("taken", "absent", StringComparison.Ordinal), Form, $"password=secret{more}", 404, "cluster_name"));
        }

        Add(new BadRequest("no body", "DELETE", "/clusters/taken", null, null, 403, "password"));
        Add(new BadRequest("exists", "POST", "/clusters/taken", Form, "cluster_user=u", 409, "cluster_name"));
    }

    private void Bodies()
    {
        Create("unknown field", "cluster_user=u&nodes=3", "nodes");
        Create("field in upper case", "Cluster_User=u", "Cluster_User");
        Create("field twice", "cluster_user=u&cluster_user=v", "cluster_user");
        Create("optional field twice", "cluster_user=u&num_nodes=1&num_nodes=2", "num_nodes");
        Add(new BadRequest("field of another request", "DELETE", "/clusters/taken", Form, "password=secret&num_nodes=2", 400, "num_nodes"));
        CreateJson("unknown field", """{"cluster_user":"u","nodes":3}""", "nodes");
        CreateJson("field twice", """{"cluster_user":"u","cluster_user":"v"}""", "cluster_user");
        CreateJson("no user", "{}", "cluster_user");
        CreateJson("null user", """{"cluster_user":null}""", "cluster_user");
        CreateJson("a number is no user", """{"cluster_user":{"a":1}}""", "cluster_user");
        CreateJson("empty", "", null);
        CreateJson("broken", """{"cluster_user":"u" """, null);
        CreateJson("an array", """[{"cluster_user":"u"}]""", null);
        CreateJson("a string", "\"cluster_user\"", null);
        CreateJson("deep", new string('[', 2000), null);
        CreateMultipart("file", "--xyz\r\nContent-Disposition: form-data; name=\"cluster_user\"; filename=\"u.txt\"\r\n\r\nu\r\n--xyz--\r\n", "cluster_user");
        CreateMultipart("twice", Part("cluster_user", "u") + Part("cluster_user", "v") + "--xyz--\r\n", "cluster_user");
        CreateMultipart("unknown field", Part("cluster_user", "u") + Part("colour", "red") + "--xyz--\r\n", "colour");
        CreateMultipart("bad size", Part("cluster_user", "u") + Part("size", "{") + "--xyz--\r\n", "size");
        CreateMultipart("without an end", Part("cluster_user", "u"), null);
        CreateMultipart("empty", "", null);
        Add(new BadRequest("multipart without boundary", "POST", "/clusters/a", "multipart/form-data", "--xyz--\r\n", 400));
        Add(new BadRequest("no Content-Type", "POST", "/clusters/a", null, "cluster_user=u", 415));
        foreach (var type in (string[])["text/plain", "application/xml", "multipart/mixed; boundary=xyz", "nonsense", "application/json; charset=utf-16", "application/jsonp", "*/*"])
        {
            Add(new BadRequest($"Content-Type {type}", "POST", "/clusters/a", type, """{"cluster_user":"u"}""", 415));
            Add(new BadRequest($"Content-Type {type}", "DELETE", "/clusters/taken", type, """{"password":"secret"}""", 415));
        }

        var large = "cluster_user=" + new string('u', 70_000);
        Create("70 kB", large, null, 413);
        CreateJson("70 kB", $$"""{"cluster_user":"{{new string('u', 70_000)}}"}""", null, 413);
        Add(new BadRequest("70 kB in chunks", "POST", "/clusters/a", Form, $"{large.Length:x}\r\n{large}\r\n0\r\n\r\n", 413, null,
            "Transfer-Encoding: chunked"));
    }

    private void Changes()
    {
        foreach (var number in (string[])["one", "1.5", "99999999999", "%20", "", "1%2F2"])
        {
            Add(new BadRequest("to", "POST", "/clusters/taken/switchover", Form, $"password=secret&to={number}", 400, "to"));
        }

        foreach (var number in (string[])["one", "1.5", "99999999999", "%20", "..%2f1"])
        {
            Add(new BadRequest("node", "POST", $"/clusters/taken/nodes/{number}/replace", Form, "password=secret", 400));
        }

        foreach (var (field, value) in ((string, string)[])[("election_policy", "Lossless"), ("election_policy", "none"), ("election_policy", ""),
            ("election_timeout", "10"), ("election_timeout", "50ms"), ("election_timeout", "2d"), ("election_timeout", "-1s"), ("election_timeout", ""),
            ("sync_replicas", "0"), ("sync_replicas", "10"), ("sync_replicas", "two")])
        {
            Add(new BadRequest(field, "POST", "/clusters/taken/election", Form, $"password=secret&{field}={value}", 400, field));
            Create(field, $"cluster_user=u&{field}={value}", field);
        }

        Add(new BadRequest("no election term", "POST", "/clusters/taken/election", Form, "password=secret", 400, "election_policy"));
        Add(new BadRequest("election with a wrong password", "POST", "/clusters/taken/election", Form, "password=wrong&election_policy=available", 403, "password"));
        foreach (var word in (string[])["", "Prefer", "must", "0", "1", "prefer,never"])
        {
            Add(new BadRequest("promotion", "POST", "/clusters/taken/nodes/1/promotion", Form, $"password=secret&promotion={word}", 400, "promotion"));
        }

        Add(new BadRequest("no promotion", "POST", "/clusters/taken/nodes/1/promotion", Form, "password=secret", 400, "promotion"));
        Add(new BadRequest("promotion of no number", "POST", "/clusters/taken/nodes/x/promotion", Form, "password=secret&promotion=never", 400, "node"));
        Add(new BadRequest("promotion with a wrong password", "POST", "/clusters/taken/nodes/1/promotion", Form, "password=wrong&promotion=never", 403, "password"));

        foreach (var delay in (string[])["", "1", "-1s", "500ms", "1.5s", "31d", "1y", "never"])
        {
            Add(new BadRequest("delay", "POST", "/clusters/taken/nodes/1/delay", Form, $"password=secret&delay={delay}", 400, "delay"));
        }

        Add(new BadRequest("no delay", "POST", "/clusters/taken/nodes/1/delay", Form, "password=secret", 400, "delay"));
        Add(new BadRequest("delay of no number", "POST", "/clusters/taken/nodes/x/delay", Form, "password=secret&delay=1h", 400, "node"));
        Add(new BadRequest("delay with a wrong password", "POST", "/clusters/taken/nodes/1/delay", Form, "password=wrong&delay=1h", 403, "password"));

        foreach (var flag in (string[])["yes", "1", "TRUE", ""])
        {
            Add(new BadRequest("accept_data_loss", "POST", "/clusters/taken/nodes/1/replace", Form, $"password=secret&accept_data_loss={flag}", 400, "accept_data_loss"));
        }

        foreach (var password in (string[])["", "a%00b", "a%0Ab", new string('a', 129)])
        {
            Add(new BadRequest("new_password", "POST", "/clusters/taken/password", Form, $"password=secret&new_password={password}", 400, "new_password"));
        }

        foreach (var query in (string[])["dry_run=yes", "dry_run=", "dry_run=true&dry_run=true", "dryrun=true", "DRY_RUN=1"])
        {
            Add(new BadRequest("dry run", "DELETE", $"/clusters/taken?{query}", Form, "password=secret", 400));
        }

        Add(new BadRequest("dry run with a wrong password", "DELETE", "/clusters/taken?dry_run=true", Form, "password=wrong", 403, "password"));
        Add(new BadRequest("unknown field", "POST", "/clusters/taken/restart", Form, "password=secret&force=true", 400, "force"));
        Add(new BadRequest("not a method of switchover", "GET", "/clusters/taken/switchover", null, null, 405));
        Add(new BadRequest("not a method of a node", "DELETE", "/clusters/taken/nodes/1/replace", Form, "password=secret", 405));
        Add(new BadRequest("no action on a node", "POST", "/clusters/taken/nodes/1", Form, "password=secret", 404));
    }

    private void Others()
    {
        foreach (var limit in (string[])["0", "-1", "x", "", "1.5", "99999999999", "%201", "1&limit=2"])
        {
            Add(new BadRequest("limit", "GET", $"/clusters?limit={limit}", null, null, 400, "limit"));
        }

        Add(new BadRequest("after twice", "GET", "/clusters?after=a&after=b", null, null, 400, "after"));
        Add(new BadRequest("empty Idempotency-Key", "POST", "/clusters/a", Form, "cluster_user=u", 400, "Idempotency-Key", "Idempotency-Key: "));
        Add(new BadRequest("long Idempotency-Key", "POST", "/clusters/a", Form, "cluster_user=u", 400, "Idempotency-Key", $"Idempotency-Key: {new string('k', 256)}"));
        Add(new BadRequest("from another site", "POST", "/clusters/a", Form, "cluster_user=u", 403, null, "Sec-Fetch-Site: cross-site"));
        Add(new BadRequest("from another origin", "POST", "/clusters/a", Form, "cluster_user=u", 403, null, "Origin: https://elsewhere.example"));
        Add(new BadRequest("from no origin", "DELETE", "/clusters/taken", Form, "password=secret", 403, null, "Origin: null"));
        Add(new BadRequest("unknown cluster", "GET", "/clusters/absent", null, null, 404, "cluster_name"));
        Add(new BadRequest("unknown cluster", "GET", "/clusters/absent/backups", null, null, 404, "cluster_name"));
        Add(new BadRequest("unknown cluster", "GET", "/clusters/absent/events", null, null, 404, "cluster_name"));
    }

    private void Create(string what, string body, string? field, int status = 400) =>
        Add(new BadRequest(what, "POST", "/clusters/a", Form, body, status, field));

    private void CreateJson(string what, string body, string? field, int status = 400) =>
        Add(new BadRequest(what, "POST", "/clusters/a", Json, body, status, field));

    private void CreateMultipart(string what, string body, string? field) =>
        Add(new BadRequest($"multipart, {what}", "POST", "/clusters/a", Multipart, body, 400, field));

    private static string Part(string name, string value) =>
        $"--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n";
}
