using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Mysos.Core.Processes;
using MySqlConnector;

namespace Mysos.Bench;

/// <summary>A running <c>mysos local</c>, measured as its users see it: by its REST API and with a MySQL client.</summary>
internal sealed class MysosLocal : IAsyncDisposable
{
    private const string User = "bench";
    private const string Name = "bench";
    private const string Write = "CREATE DATABASE IF NOT EXISTS bench; CREATE TABLE IF NOT EXISTS bench.t (n INT PRIMARY KEY); REPLACE INTO bench.t VALUES (1)";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly HttpClient _http;

    private MysosLocal(Process process, HttpClient http) => (_process, _http) = (process, http);

    public static async Task<MysosLocal> StartAsync(string program, string directory)
    {
        var port = Server.FreePort();
        Directory.CreateDirectory(directory);
        var log = Path.Combine(directory, "log");
        var process = await ChildProcesses.StartAsync(new ProcessStartInfo("sh",
        [
            "-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1", "sh", log, Path.GetFullPath(program), "local",
            "--port", $"{port}", "--mesos_port", "0", "--zk_port", "0", "--work_dir", directory,
        ]));
        var mysos = new MysosLocal(process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });
        try
        {
            await Server.UntilAsync(mysos.IsReadyAsync, "mysos local to be ready");
            // The first cluster finds caches empty that every later one finds full.
            await mysos.OneNodeAsync();
            return mysos;
        }
        catch (Exception e)
        {
            await mysos.DisposeAsync();
            throw new InvalidOperationException($"mysos local did not start: {e.Message}\n{await File.ReadAllTextAsync(log)}", e);
        }
    }

    public async Task<TimeSpan> OneNodeAsync()
    {
        var clock = Stopwatch.StartNew();
        var password = await CreateAsync(nodes: 1);
        await WriteAsync(password);
        var elapsed = clock.Elapsed;
        await DeleteAsync(password);
        return elapsed;
    }

    public async Task<TimeSpan> ThreeNodesAsync()
    {
        var clock = Stopwatch.StartNew();
        var password = await CreateAsync(nodes: 3);
        await HealthyAsync();
        await WriteAsync(password);
        var elapsed = clock.Elapsed;
        await DeleteAsync(password);
        return elapsed;
    }

    public async Task<TimeSpan> FailoverAsync()
    {
        var password = await CreateAsync(nodes: 3);
        await HealthyAsync();
        await WriteAsync(password);
        var old = (await MasterPortAsync())!.Value;
        using var mysqld = Process.GetProcessById(await ProcessIdAsync(old, password));

        var clock = Stopwatch.StartNew();
        mysqld.Kill();
        await Server.UntilAsync(
            async () => await MasterPortAsync() is { } port && port != old
                && await Server.TryAsync(Server.Connection(port, User, password), "INSERT INTO bench.t VALUES (2)"),
            "the new master to acknowledge a write");
        var elapsed = clock.Elapsed;
        await DeleteAsync(password);
        return elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await ChildProcesses.StopAsync(_process, Grace, TimeProvider.System);
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"It ended with {_process.ExitCode}.");
        try
        {
            using var answer = await _http.GetAsync("/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<string> CreateAsync(int nodes)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["cluster_user"] = User, ["num_nodes"] = nodes.ToString(CultureInfo.InvariantCulture),
        });
        using var answer = await _http.PostAsync($"/clusters/{Name}", form);
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(body)!["cluster_password"]!.GetValue<string>()
            : throw new InvalidOperationException($"The cluster was refused: {body}");
    }

    private async Task DeleteAsync(string password)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/clusters/{Name}")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["password"] = password }),
        };
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        await Server.UntilAsync(async () => await ClusterAsync() is null, "the cluster's end");
    }

    private Task HealthyAsync() => Server.UntilAsync(
        async () => (string?)(await ClusterAsync())?["state"] == "healthy", "a healthy cluster");

    private Task WriteAsync(string password) => Server.UntilAsync(
        async () => await MasterPortAsync() is { } port && await Server.TryAsync(Server.Connection(port, User, password), Write),
        "the first write");

    private async Task<int?> MasterPortAsync() =>
        (int?)(await ClusterAsync())?["nodes"]?.AsArray()
            .FirstOrDefault(n => (string?)n!["role"] == "master" && (string?)n["state"] == "serving")?["port"];

    private async Task<JsonNode?> ClusterAsync()
    {
        using var answer = await _http.GetAsync($"/clusters/{Name}");
        return answer.StatusCode == HttpStatusCode.NotFound ? null : JsonNode.Parse(await answer.Content.ReadAsStringAsync());
    }

    private static async Task<int> ProcessIdAsync(int port, string password)
    {
        await using var connection = new MySqlConnection(Server.Connection(port, User, password));
        await connection.OpenAsync();
        await using var command = new MySqlCommand("SELECT @@pid_file", connection);
        return int.Parse(await File.ReadAllTextAsync((string)(await command.ExecuteScalarAsync())!), CultureInfo.InvariantCulture);
    }
}
