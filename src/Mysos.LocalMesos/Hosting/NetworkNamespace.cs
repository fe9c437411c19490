using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Mysos.LocalMesos.Hosting;

/// <summary>Opens sockets in other network namespaces than the process's; they stay in theirs.</summary>
internal static partial class NetworkNamespace
{
    private const int CloneNewNet = 0x40000000;

    /// <param name="path">The namespace's file.</param>
    /// <param name="open">Opens the sockets, on a thread that is in the namespace.</param>
    /// <exception cref="IOException">No such namespace, or no right to enter it.</exception>
    public static T Within<T>(string path, Func<T> open)
    {
        var opened = new TaskCompletionSource<T>();
        // A thread that has gone to another namespace is no use for anything else.
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle(path);
                if (Enter((int)file.DangerousGetHandle(), CloneNewNet) != 0)
                    throw new IOException($"Cannot enter the network namespace '{path}': {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
                opened.SetResult(open());
            }
            catch (Exception error)
            {
                opened.SetException(error);
            }
        });
        thread.Start();
        thread.Join();
        return opened.Task.GetAwaiter().GetResult();
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(int descriptor, int type);
}
