using System.Globalization;
using System.Runtime.InteropServices;

namespace Mysos.Core.Processes;

/// <summary>Ends what a thread of another process waits for in the kernel, as <c>poll</c>, which then fails with EINTR.</summary>
public static partial class ThreadInterrupts
{
    /// <summary>A program that catches it does so for this purpose; anything else would be ended by it.</summary>
    private const int Alarm = 14;

    /// <summary>Sends SIGALRM to one thread. False, and nothing is sent: there is no such thread, or it would not catch it.</summary>
    public static bool TrySend(int process, int thread)
    {
        try
        {
            return Catches(File.ReadAllText($"/proc/{process}/task/{thread}/status")) && SignalThread(process, thread, Alarm) == 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <param name="status">As of proc(5): the masks' bit 0 is signal 1.</param>
    private static bool Catches(string status) => Has(status, "SigCgt:") && !Has(status, "SigBlk:");

    private static bool Has(string status, string mask)
    {
        var line = status.Split('\n').FirstOrDefault(l => l.StartsWith(mask, StringComparison.Ordinal));
        return line is not null && (ulong.Parse(line.AsSpan(mask.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (Alarm - 1) & 1) != 0;
    }

    [LibraryImport("libc", EntryPoint = "tgkill", SetLastError = true)]
    private static partial int SignalThread(int process, int thread, int signal);
}
