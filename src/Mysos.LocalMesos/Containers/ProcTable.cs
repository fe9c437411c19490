using System.Globalization;
using System.Text;

namespace Mysos.LocalMesos.Containers;

/// <summary>One process, as <c>/proc/&lt;pid&gt;/stat</c> has it.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="State">One letter; <c>Z</c> and <c>X</c> are dead.</param>
/// <param name="Parent">Its parent's id.</param>
/// <param name="Session">Its session's id.</param>
/// <param name="StartTime">Clock ticks since the boot: with the pid, it names the process for good.</param>
/// <param name="Usage">What it has used so far.</param>
internal readonly record struct ProcessInfo(int Pid, char State, int Parent, int Session, long StartTime, ProcessUsage Usage)
{
    public bool IsDead => State is 'Z' or 'X';
}

/// <summary>What processes have used.</summary>
/// <param name="User">Time on a processor in their own code.</param>
/// <param name="System">Time in the kernel.</param>
/// <param name="ResidentBytes">Memory that they have now.</param>
internal readonly record struct ProcessUsage(TimeSpan User, TimeSpan System, long ResidentBytes)
{
    public static ProcessUsage operator +(ProcessUsage one, ProcessUsage other) =>
        new(one.User + other.User, one.System + other.System, one.ResidentBytes + other.ResidentBytes);
}

/// <summary>Reads <c>/proc</c>.</summary>
internal static class ProcTable
{
    /// <summary>Of the times in <c>/proc</c>: the same on all of Linux' usual machines.</summary>
    private const int TicksPerSecond = 100;

    /// <summary>Differs after every boot, as pids and start times do.</summary>
    public static string BootId()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    public static IReadOnlyList<ProcessInfo> All()
    {
        var processes = new List<ProcessInfo>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(directory.AsSpan("/proc/".Length), CultureInfo.InvariantCulture, out var pid) && Find(pid) is { } process)
                processes.Add(process);
        }
        return processes;
    }

    public static ProcessInfo? Find(int pid)
    {
        if (Read(pid, "stat") is not { } bytes)
            return null;
        var text = Encoding.UTF8.GetString(bytes);
        // The command, in parentheses, may hold anything, parentheses and spaces too.
        var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 21
            ? new ProcessInfo(
                pid, fields[0][0], Number(fields[1]), Number(fields[3]), Long(fields[19]),
                new ProcessUsage(Ticks(fields[11]), Ticks(fields[12]), Long(fields[21]) * Environment.SystemPageSize))
            : null;
    }

    private static TimeSpan Ticks(string field) => TimeSpan.FromSeconds((double)Long(field) / TicksPerSecond);

    private static long Long(string field) => long.Parse(field, CultureInfo.InvariantCulture);

    /// <summary>Whether the process was started with this variable; false when it cannot be read.</summary>
    public static bool HasVariable(int pid, ReadOnlySpan<byte> assignment)
    {
        ReadOnlySpan<byte> environment = Read(pid, "environ");
        while (!environment.IsEmpty)
        {
            var end = environment.IndexOf((byte)0);
            var variable = end < 0 ? environment : environment[..end];
            if (variable.SequenceEqual(assignment))
                return true;
            environment = end < 0 ? [] : environment[(end + 1)..];
        }
        return false;
    }

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);

    private static byte[]? Read(int pid, string file)
    {
        try
        {
            return File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
