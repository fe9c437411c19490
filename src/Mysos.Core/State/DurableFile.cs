using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Mysos.Core.State;

/// <summary>Files whose changes are on the disk when the call returns, whole or not at all.</summary>
internal static partial class DurableFile
{
    /// <summary>Writes the file, and the directories above it that are missing.</summary>
    internal static void Replace(string path, byte[] content)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory);
            Sync(Path.GetDirectoryName(directory)!);
        }
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        Sync(directory);
    }

    internal static void Delete(string path)
    {
        File.Delete(path);
        Sync(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes new and removed names in a directory durable, which .NET has no call for.</summary>
    private static void Sync(string directory)
    {
        const int directoryOnly = 0x10000;
        const int closeOnExec = 0x80000;
        var descriptor = Open(directory, directoryOnly | closeOnExec);
        var failed = descriptor < 0 || FSync(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0)
            _ = Close(descriptor);
        if (failed)
            throw new IOException($"Cannot make the directory '{directory}' durable: {new Win32Exception(error).Message}.");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
