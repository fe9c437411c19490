using System.Text;

namespace Mysos.LocalMesos.Containers;

/// <summary>
/// All processes of one container: its session, whoever was started with its sandbox in the environment (children that
/// went into sessions of their own, or whose parent died), and all descendants of these.
/// </summary>
/// <param name="Leader">The process that the agent started; null: it is not known whether it did.</param>
/// <param name="StartTime">The leader's start time.</param>
/// <param name="Sandbox">The container's sandbox, a path that no other container ever has.</param>
internal sealed record ProcessTree(int? Leader, long? StartTime, string Sandbox)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PatienceWithTheKernel = TimeSpan.FromSeconds(20);

    /// <summary>Kills until none lives. A leader that has ended stays a zombie for its waiter.</summary>
    /// <returns>False: something would not die (in an uninterruptible system call).</returns>
    public async Task<bool> KillAsync()
    {
        // The kernel's time, whatever clock Mesos goes by.
        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        var wait = FirstWait;
        while (true)
        {
            var living = Members();
            if (living.Count == 0)
                return true;
            foreach (var process in living)
                _ = Libc.Kill(process.Pid, Libc.SigKill);
            if (time.GetElapsedTime(start) > PatienceWithTheKernel)
                return false;
            await Task.Delay(wait, time).ConfigureAwait(false);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    /// <summary>Those that live now.</summary>
    public IReadOnlyList<ProcessInfo> Members()
    {
        var all = ProcTable.All();
        var variable = Encoding.UTF8.GetBytes($"MESOS_SANDBOX={Sandbox}");
        // A number that belongs to a process started later is another's; as long as the session has members, the kernel
        // does not give its number away.
        var ownsSession = Leader is { } leader && all.All(process => process.Pid != leader || process.StartTime == StartTime);
        var members = all.Where(process =>
                (ownsSession && process.Session == Leader) ||
                (!(process.StartTime < StartTime) && ProcTable.HasVariable(process.Pid, variable)))
            .Select(process => process.Pid)
            .ToHashSet();
        for (var found = true; found;)
        {
            found = false;
            foreach (var process in all)
                found |= members.Contains(process.Parent) && members.Add(process.Pid);
        }
        members.Remove(Environment.ProcessId);
        return [.. all.Where(process => members.Contains(process.Pid) && !process.IsDead)];
    }
}
