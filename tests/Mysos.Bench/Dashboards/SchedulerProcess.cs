using System.Diagnostics;
using System.Globalization;
using System.Net;
using Mysos.Core.Processes;

namespace Mysos.Bench.Dashboards;

/// <summary>What a process has used.</summary>
internal sealed record Usage(TimeSpan Cpu, double RssMb, double HeapMb);

/// <summary>A published scheduler, as it is deployed, with the played Mesos.</summary>
internal sealed class SchedulerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SchedulerProcess(Process process, int port)
    {
        _process = process;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
    }

    public HttpClient Http { get; }

    /// <param name="directory">For its files; removed by whoever made it.</param>
    public static async Task<SchedulerProcess> StartAsync(string mysos, string directory, int mesosPort, string zkUrl)
    {
        var (key, admin) = (Path.Combine(directory, "key"), Path.Combine(directory, "admin.yml"));
        await File.WriteAllBytesAsync(key, new byte[32]);
        await File.WriteAllTextAsync(admin, "username: admin\npassword: bench-password\n");
        foreach (var file in (string[])[key, admin])
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var port = Stack.FreePort();
        var start = new ProcessStartInfo(mysos) { RedirectStandardError = true };
        foreach (var argument in (string[])["scheduler", "--bind", "127.0.0.1", "--port", $"{port}", "--work_dir", directory, "--mesos_master", $"127.0.0.1:{mesosPort}",
            "--zk_url", zkUrl, "--scheduler_keypath", key, "--admin_keypath", admin, "--executor_uri", "http://127.0.0.1/none.tar.gz"])
            start.ArgumentList.Add(argument);
        var process = await ChildProcesses.StartAsync(start);
        var log = TextWriter.Synchronized(File.CreateText(Path.Combine(directory, "stderr")));
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginErrorReadLine();
        var scheduler = new SchedulerProcess(process, port);
        await Wait.UntilAsync(async () =>
        {
            try
            {
                return (await scheduler.Http.GetAsync(new Uri("ready", UriKind.Relative))).StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                return false;
            }
        }, TimeSpan.FromSeconds(60), "the scheduler to be ready");
        return scheduler;
    }

    /// <summary>Creates them, and waits until all are healthy; and one that no agent has room for, so that Mesos goes on to offer.</summary>
    public async Task CreateAsync(IReadOnlyList<string> clusters)
    {
        await Parallel.ForEachAsync(clusters, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (name, _) => await CreateAsync(name, "512mb"));
        await Wait.UntilAsync(async () => await ReadAsync("mysos_nodes_serving") == clusters.Count * 3, TimeSpan.FromMinutes(5), "all nodes to serve");
        await CreateAsync("too-large", "1000gb");
    }

    public async Task<Usage> LookAsync()
    {
        _process.Refresh();
        return new Usage(_process.TotalProcessorTime, _process.WorkingSet64 / 1e6, await ReadAsync("dotnet_gc_last_collection_heap_size_bytes") / 1e6);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await ChildProcesses.StopAsync(_process, TimeSpan.FromSeconds(30), TimeProvider.System);
        _process.Dispose();
    }

    private async Task CreateAsync(string name, string memory)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["cluster_user"] = "bench", ["num_nodes"] = "3", ["cluster_password"] = "bench-password", ["size"] = $$"""{"mem":"{{memory}}"}""",
        });
        using var answer = await Http.PostAsync(new Uri($"clusters/{name}", UriKind.Relative), form);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The sum over the metric's labels.</summary>
    private async Task<double> ReadAsync(string metric)
    {
        var text = await Http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        return text.Split('\n').Where(l => l.StartsWith(metric + "{", StringComparison.Ordinal)).Sum(l => double.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture));
    }
}
