using System.Diagnostics;
using System.Text.Json.Nodes;
using MySqlConnector;

namespace Mysos.Tests.Stack;

/// <summary>What a user has: curl, a MySQL client, and a ServerSet reader that is not Mysos' own (kazoo).</summary>
internal sealed class StackClient(int port) : IDisposable
{
    public const string User = "owner";
    public int Port { get; } = port;
    public string Api { get; } = $"http://127.0.0.1:{port}";
    public HttpClient Http { get; } = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };

    public static string UniqueName() => "c" + Guid.NewGuid().ToString("n")[..10];

    /// <summary>Runs curl with these arguments; <c>{api}</c> stands for the address. Answers status and body.</summary>
    public async Task<(int Status, JsonNode? Body)> CurlAsync(params string[] arguments)
    {
        var output = await RunAsync("curl",
            ["-s", "-S", "-m", "60", "-w", "\n%{http_code}", .. arguments.Select(a => a.Replace("{api}", Api, StringComparison.Ordinal))]);
        var at = output.LastIndexOf('\n');
        var body = output[..at];
        return (int.Parse(output[(at + 1)..], System.Globalization.CultureInfo.InvariantCulture), body.Length == 0 ? null : JsonNode.Parse(body));
    }

    public async Task<(string Password, string Url)> CreateAsync(string name, int nodes = 1, params string[] more)
    {
        var (status, body) = await CurlAsync(
            ["-X", "POST", $"{{api}}/clusters/{name}", "--form", $"cluster_user={User}", "--form", $"num_nodes={nodes}", .. more]);
        status.ShouldBe(200, $"{body}");
        return (body!["cluster_password"]!.GetValue<string>(), body["cluster_url"]!.GetValue<string>());
    }

    public async Task DeleteAsync(string name, string password)
    {
        var (status, body) = await CurlAsync("-X", "DELETE", $"{{api}}/clusters/{name}", "--form", $"password={password}");
        status.ShouldBe(200, $"{body}");
        await GoneAsync(name);
    }

    public Task GoneAsync(string name) => Eventually.IsAsync(
        async () => (await CurlAsync($"{{api}}/clusters/{name}")).Status == 404, TimeSpan.FromSeconds(60), () => $"cluster {name} to be gone");

    public async Task<JsonNode> GetAsync(string name)
    {
        var (status, body) = await CurlAsync($"{{api}}/clusters/{name}");
        status.ShouldBe(200, $"{body}");
        return body!;
    }

    public async Task<JsonNode> StateAsync(string name, string state, double seconds = 60)
    {
        JsonNode? last = null;
        await Eventually.IsAsync(
            async () => (last = await GetAsync(name))["state"]!.GetValue<string>() == state,
            TimeSpan.FromSeconds(seconds), () => $"cluster {name} to be {state}: {last}");
        return last!;
    }

    /// <summary>Healthy with that many nodes serving.</summary>
    public async Task<JsonNode> HealthyAsync(string name, int nodes, double seconds = 60)
    {
        JsonNode? last = null;
        await Eventually.IsAsync(
            async () =>
            {
                last = await GetAsync(name);
                return last["state"]!.GetValue<string>() == "healthy" && last["nodes"]!.AsArray().Count == nodes;
            },
            TimeSpan.FromSeconds(seconds), () => $"cluster {name} to be healthy with {nodes} nodes: {last}");
        return last!;
    }

    public static JsonNode MasterOf(JsonNode cluster) => cluster["nodes"]!.AsArray().Single(n => n!["role"]!.GetValue<string>() == "master")!;

    public static IEnumerable<JsonNode> SlavesOf(JsonNode cluster) =>
        cluster["nodes"]!.AsArray().Where(n => n!["role"]!.GetValue<string>() == "slave").Select(n => n!);

    public static async Task<MySqlConnection> OpenAsync(JsonNode node, string password, string user = User)
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder
        {
            Server = node["host"]!.GetValue<string>(), Port = (uint)node["port"]!.GetValue<int>(), UserID = user, Password = password,
            Pooling = false, ConnectionTimeout = 10,
        }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public static async Task<object?> SqlAsync(JsonNode node, string password, string sql, string user = User)
    {
        await using var connection = await OpenAsync(node, password, user);
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public static async Task<int> MysqldPidAsync(JsonNode node, string password) =>
        int.Parse(await File.ReadAllTextAsync((string)(await SqlAsync(node, password, "SELECT @@pid_file"))!),
            System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The process that started this one; of a mysqld, its executor.</summary>
    public static int ParentOf(string pid) => int.Parse(
        File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..],
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The ServerSet as kazoo reads it: <c>{"master": {name: data}, "slaves": {…}}</c>, or null when the group is gone.</summary>
    public static async Task<JsonNode?> ServerSetAsync(string clusterUrl)
    {
        const string script = """
            import json, sys
            from kazoo.client import KazooClient
            hosts, path = sys.argv[1][len('zk://'):].split('/', 1)
            zk = KazooClient(hosts=hosts)
            zk.start(timeout=15)
            path = '/' + path
            if not zk.exists(path):
                print('null')
            else:
                print(json.dumps({g: {m: json.loads(zk.get(f'{path}/{g}/{m}')[0]) for m in zk.get_children(f'{path}/{g}')}
                                  for g in ('master', 'slaves') if zk.exists(f'{path}/{g}')}))
            zk.stop()
            """;
        return JsonNode.Parse(await RunAsync("/usr/bin/python3", ["-c", script, clusterUrl]));
    }

    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, int expected = 0)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(expected, $"{program}: {output}{await errors}");
        return output;
    }

    public void Dispose() => Http.Dispose();
}
