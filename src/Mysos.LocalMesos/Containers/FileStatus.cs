using System.Runtime.InteropServices;

namespace Mysos.LocalMesos.Containers;

/// <summary>A file as <c>ls -l</c> shows it. A link is itself, not what it leads to.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Mode">Such as <c>-rw-r--r--</c>.</param>
/// <param name="Links">How many names it has.</param>
/// <param name="User">Its owner's name, or number where there is none.</param>
/// <param name="Group">Its group's name, or number.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">When it was written last.</param>
internal sealed partial record FileStatus(
    string Path, string Mode, uint Links, string User, string Group, long Size, DateTimeOffset Modified)
{
    private const int WorkingDirectory = -100;
    private const int NotFollowed = 0x100;
    private const uint BasicStatus = 0x7ff;
    private const int TypeMask = 0xf000;

    private static readonly Lock Names = new();

    private static readonly Dictionary<int, char> Types = new()
    {
        [0x1000] = 'p', [0x2000] = 'c', [0x4000] = 'd', [0x6000] = 'b', [0x8000] = '-', [0xa000] = 'l', [0xc000] = 's',
    };

    /// <summary>Null: there is none.</summary>
    public static unsafe FileStatus? Of(string path)
    {
        // struct statx, which is the same on all machines.
        var status = stackalloc byte[256];
        if (StatX(WorkingDirectory, path, NotFollowed, BasicStatus, status) != 0)
            return null;
        return new FileStatus(
            path, ModeOf(*(ushort*)(status + 28)), *(uint*)(status + 16), NameOf(*(uint*)(status + 20), PasswordEntry),
            NameOf(*(uint*)(status + 24), GroupEntry), *(long*)(status + 40), DateTimeOffset.FromUnixTimeSeconds(*(long*)(status + 112)));
    }

    /// <summary>The path without links; null: there is nothing.</summary>
    public static unsafe string? RealPath(string path)
    {
        var real = ResolvePath(path, 0);
        if (real == 0)
            return null;
        var text = Marshal.PtrToStringUTF8(real);
        NativeMemory.Free((void*)real);
        return text;
    }

    private static string ModeOf(int mode)
    {
        const string Letters = "rwxrwxrwx";
        return Types.GetValueOrDefault(mode & TypeMask, '?')
            + string.Concat(Letters.Select((letter, bit) => (mode >> (Letters.Length - 1 - bit) & 1) == 1 ? letter : '-'));
    }

    /// <summary>Entries of users and of groups begin with a pointer to the name. The library has one of each for all threads.</summary>
    private static string NameOf(uint id, Func<uint, nint> find)
    {
        lock (Names)
        {
            var entry = find(id);
            return entry == 0 ? $"{id}" : Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry))!;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ResolvePath(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "getpwuid")]
    private static partial nint PasswordEntry(uint id);

    [LibraryImport("libc", EntryPoint = "getgrgid")]
    private static partial nint GroupEntry(uint id);
}
