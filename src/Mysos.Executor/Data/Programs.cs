using System.Diagnostics;
using Mysos.Core.Processes;

namespace Mysos.Executor.Data;

/// <summary>Short-lived helpers of the system.</summary>
internal static class Programs
{
    private const int LinesKept = 12;

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="IOException">It failed; the message has the last of what it said.</exception>
    public static async Task RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellation, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = await ChildProcesses.StartAsync(start).ConfigureAwait(false);
        try
        {
            var said = await Task.WhenAll(LastLinesAsync(process.StandardOutput), LastLinesAsync(process.StandardError)).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).WaitAsync(cancellation).ConfigureAwait(false);
            if (process.ExitCode != 0)
                throw new IOException($"{Path.GetFileName(program)} ended with {process.ExitCode}: {string.Join(" | ", said.SelectMany(s => s))}");
        }
        finally
        {
            ChildProcesses.Signal(process, UnixSignal.Kill);
        }

        async Task<Queue<string>> LastLinesAsync(StreamReader from)
        {
            var lines = new Queue<string>();
            while (await from.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
            {
                if (string.IsNullOrWhiteSpace(line))
                    continue;
                lines.Enqueue(line.Trim());
                if (lines.Count > LinesKept)
                    lines.Dequeue();
            }
            return lines;
        }
    }

    /// <summary>Copies the contents of a directory: with holes for zeros, and shared blocks where the file system can.</summary>
    public static Task CopyAsync(string from, string to, CancellationToken cancellation) =>
        RunAsync("cp", ["-a", "--sparse=always", "--reflink=auto", $"{from}/.", to], cancellation);
}
