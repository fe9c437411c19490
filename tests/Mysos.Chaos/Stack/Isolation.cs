using System.Diagnostics;
using Mysos.Core.Processes;

namespace Mysos.Chaos.Stack;

/// <summary>
/// Runs this program again in namespaces of its own for networks, processes and mounts. Nothing that it does is seen outside, and
/// when it ends, however it does, the kernel kills every process in it, and its networks and mounts are gone.
/// </summary>
internal static class Isolation
{
    public const string Verb = "isolated";

    /// <summary>The exit code when this machine or user cannot make namespaces.</summary>
    public const int Impossible = 77;

    private static readonly string[] Unshare = ["--net", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc"];

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        if (await WhyImpossibleAsync() is { } why)
        {
            await Console.Error.WriteLineAsync(why);
            return Impossible;
        }
        // bash, as the first process, reaps what loses its parent.
        var start = new ProcessStartInfo("unshare");
        foreach (var argument in (string[])[.. Unshare, "bash", "-c", "\"$@\"; exit $?", "chaos",
            Environment.ProcessPath!, .. Self, Verb, .. arguments])
            start.ArgumentList.Add(argument);
        // Ctrl-C is for the run inside, which then ends in order.
        Console.CancelKeyPress += (_, pressed) => pressed.Cancel = true;
        using var process = await ChildProcesses.StartAsync(start);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>What comes before the arguments when this program starts itself: its assembly, unless it has a program file.</summary>
    public static IEnumerable<string> Self =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(Isolation).Assembly.Location] : [];

    private static async Task<string?> WhyImpossibleAsync()
    {
        if (!Environment.IsPrivilegedProcess)
            return "Chaos needs root: it makes networks and mounts, in namespaces of its own.";
        try
        {
            await Shell.RunAsync("unshare", [.. Unshare, "ip", "link", "add", "br0", "type", "bridge"]);
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"Chaos needs namespaces, bridges and the programs unshare, nsenter and ip (Debian: util-linux, iproute2): {e.Message}";
        }
    }
}
