using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Mysos.Core.Processes;

namespace Mysos.Bench;

/// <summary>A published <c>mysos local</c> of the benchmark's own, in a directory of its own, gone at the end.</summary>
internal sealed class Stack : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _directory;

    private Stack(Process process, string directory, int port)
    {
        (_process, _directory, Port) = (process, directory, port);
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public int Port { get; }
    public HttpClient Http { get; }

    public static async Task<Stack> StartAsync(string mysos, params string[] flags)
    {
        var directory = Directory.CreateTempSubdirectory("mysos-bench-").FullName;
        var port = FreePort();
        var start = new ProcessStartInfo(mysos) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["local", "--port", $"{port}", "--work_dir", directory, .. flags])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var log = File.CreateText(Path.Combine(directory, "stderr"));
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginErrorReadLine();
        var stack = new Stack(process, directory, port);
        await Wait.UntilAsync(async () =>
        {
            try
            {
                return (await stack.Http.GetAsync("/ready")).StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return !process.HasExited ? false : throw new InvalidOperationException($"mysos local ended; see {directory}/stderr");
            }
        }, TimeSpan.FromSeconds(60), "mysos local to be ready");
        return stack;
    }

    public async Task<(string Password, string Url)> CreateAsync(string name, int nodes)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["cluster_user"] = "bench", ["num_nodes"] = $"{nodes}", ["cluster_password"] = "bench-password",
        });
        using var response = await Http.PostAsync($"/clusters/{name}", form);
        var answer = await response.Content.ReadFromJsonAsync<JsonNode>();
        return response.IsSuccessStatusCode
            ? (answer!["cluster_password"]!.GetValue<string>(), answer["cluster_url"]!.GetValue<string>())
            : throw new InvalidOperationException($"POST /clusters/{name}: {answer}");
    }

    public async Task DeleteAsync(string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/clusters/{name}")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["password"] = "bench-password" }),
        };
        (await Http.SendAsync(request)).EnsureSuccessStatusCode();
        await Wait.UntilAsync(async () => (await Http.GetAsync($"/clusters/{name}")).StatusCode == HttpStatusCode.NotFound,
            TimeSpan.FromSeconds(60), $"cluster {name} to be gone");
    }

    /// <summary>Nothing is left of earlier clusters: no process, no volume; and Mesos has offered what they held.</summary>
    public async Task QuietAsync()
    {
        var mesos = Path.Combine(_directory, "mesos");
        await Wait.UntilAsync(() => Task.FromResult(!Running(mesos) && !Volumes(mesos).Any()), TimeSpan.FromSeconds(60), "everything deleted to be gone");
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
    }

    private static bool Running(string mesos) => Directory.EnumerateDirectories("/proc").Any(process =>
    {
        try
        {
            return new DirectoryInfo(Path.Combine(process, "cwd")).LinkTarget?.StartsWith(mesos, StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    private static IEnumerable<string> Volumes(string mesos) =>
        Directory.EnumerateDirectories(mesos, "agent*")
            .Select(agent => Path.Combine(agent, "volumes", "roles"))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .SelectMany(Directory.EnumerateDirectories);

    public Task HealthyAsync(string name) => Wait.UntilAsync(
        async () => (await Http.GetFromJsonAsync<JsonNode>($"/clusters/{name}"))!["state"]!.GetValue<string>() == "healthy",
        TimeSpan.FromSeconds(120), $"cluster {name} to be healthy");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await ChildProcesses.StopAsync(_process, TimeSpan.FromSeconds(60), TimeProvider.System);
        Directory.Delete(_directory, recursive: true);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

internal static class Wait
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan deadline, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > deadline)
                throw new TimeoutException($"Waited {deadline.TotalSeconds:F0} s for {what}.");
            await Task.Delay(Step, TimeProvider.System);
        }
    }
}
