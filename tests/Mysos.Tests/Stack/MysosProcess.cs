using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mysos.Core.Processes;

namespace Mysos.Tests.Stack;

/// <summary>The published <c>mysos</c> program as a user starts it, with all it starts; nothing of it outlives the test.</summary>
internal sealed class MysosProcess : IAsyncDisposable
{
    private const int FirstPort = 10_000;
    private const int Ports = 9_000;
    private static int s_ports = Random.Shared.Next(Ports);

    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;

    private MysosProcess(Process process) => _process = process;

    public int Id => _process.Id;
    public bool HasExited => _process.HasExited;
    public int ExitCode => _process.ExitCode;
    public string Output => string.Join('\n', _output);

    /// <summary>The program that <c>make publish</c> made.</summary>
    public static string Program => Path.Combine(Repository, "out", "mysos", "mysos");

    public static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Mysos.sln")))
                folder = folder.Parent;
            return folder?.FullName ?? throw new InvalidOperationException($"No Mysos.sln above {AppContext.BaseDirectory}.");
        }
    }

    public static MysosProcess Start(params string[] arguments)
    {
        File.Exists(Program).ShouldBeTrue($"{Program} is missing: run 'make publish' first");
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["MYSOS_EXECUTOR"] = Environment.GetEnvironmentVariable("MYSOS_EXECUTOR")
            ?? Path.Combine(Repository, "out", "executor", "mysos-executor");
        ForAShortLife(start);
        var process = Process.Start(start)!;
        var mysos = new MysosProcess(process);
        process.OutputDataReceived += (_, line) => mysos.Note(line.Data);
        process.ErrorDataReceived += (_, line) => mysos.Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return mysos;
    }

    /// <summary>The runtime does not compile again what runs often: for a program that ends within a minute that costs more than it saves.</summary>
    public static void ForAShortLife(ProcessStartInfo start) => start.Environment["DOTNET_TC_CallCountingDelayMs"] = $"{(int)TimeSpan.FromHours(1).TotalMilliseconds:x}";

    public Task ReadyAsync(HttpClient http) => Eventually.IsAsync(
        async () =>
        {
            HasExited.ShouldBeFalse($"mysos ended with {(HasExited ? ExitCode : 0)}:\n{Output}");
            try
            {
                using var answer = await http.GetAsync("/ready");
                return answer.StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(60), () => $"mysos to be ready; its output:\n{Output}");

    /// <summary>What the program logs comes after what it answers: its log passes through a queue and a pipe.</summary>
    public Task SaysAsync(string text) => Eventually.IsAsync(
        () => Task.FromResult(Output.Contains(text, StringComparison.Ordinal)), TimeSpan.FromSeconds(10), () => $"mysos to log '{text}'; its output:\n{Output}");

    /// <summary>SIGTERM, as Ctrl-C or a service manager would; then the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await ChildProcesses.StopAsync(_process, TimeSpan.FromSeconds(60), TimeProvider.System);
        return _process.ExitCode;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: its connections stay, and nothing in it runs.</summary>
    public void Freeze() => ChildProcesses.Signal(_process, UnixSignal.Stop);

    public void Thaw() => ChildProcesses.Signal(_process, UnixSignal.Continue);

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
            Thaw();
        if (!HasExited)
            await StopAsync();
        _process.Dispose();
    }

    /// <summary>Below those that the kernel gives to connections, of which one could have it before its server does; each is given once.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + Interlocked.Increment(ref s_ports) % Ports;
            using var listener = new TcpListener(IPAddress.Any, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }

    /// <summary>Living processes with the text in their command line or environment: what a work directory's stack has started.</summary>
    public static IReadOnlyList<string> ProcessesOf(string directory)
    {
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                var commandLine = File.ReadAllText($"{folder}/cmdline").Replace('\0', ' ');
                if (Path.GetFileName(folder) != $"{Environment.ProcessId}"
                    && (commandLine.Contains(directory, StringComparison.Ordinal)
                        || File.ReadAllText($"{folder}/environ").Contains(directory, StringComparison.Ordinal)))
                    found.Add($"{Path.GetFileName(folder)} {commandLine}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }
        return found;
    }

    private void Note(string? line)
    {
        if (line is not null)
            _output.Enqueue(line);
    }
}

/// <summary>Waits for a condition, with a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);

    public static async Task IsAsync(Func<Task<bool>> condition, TimeSpan deadline, Func<string> what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > deadline)
                throw new TimeoutException($"Waited {deadline.TotalSeconds:F0} s for {what()}.");
            await Task.Delay(Step, TimeProvider.System);
        }
    }
}
