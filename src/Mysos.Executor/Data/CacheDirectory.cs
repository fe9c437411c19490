using System.Runtime.InteropServices;

namespace Mysos.Executor.Data;

/// <summary>
/// What the executors of one host and user keep in common: <c>MYSOS_TEMPLATE_DIR</c>, else
/// <c>&lt;tmp&gt;/mysos-&lt;uid&gt;/templates</c>. Nobody else can write to it, or it is not used.
/// </summary>
internal sealed partial class CacheDirectory
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public CacheDirectory(string path) => Root = path;

    public string Root { get; }

    /// <exception cref="UnauthorizedAccessException">The directory is another user's, or open to others.</exception>
    public static CacheDirectory Open(Func<string, string?> variable)
    {
        if (variable("MYSOS_TEMPLATE_DIR") is { Length: > 0 } named)
        {
            Own(named);
            return new CacheDirectory(named);
        }
        var home = OwnTemporary("");
        var templates = Path.Combine(home, "templates");
        Own(templates);
        return new CacheDirectory(templates);
    }

    /// <summary>A private directory with a short name, below the system's one for temporary files.</summary>
    public static string OwnTemporary(string suffix)
    {
        var path = Path.Combine(Path.GetTempPath(), $"mysos-{UserId()}{suffix}");
        Own(path);
        return path;
    }

    public static bool RunsAsRoot => UserId() == 0;

    public string? Read(string name)
    {
        var path = Path.Combine(Root, name);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    /// <summary>Whole or not at all.</summary>
    public void Write(string name, string text)
    {
        var partial = Path.Combine(Root, $"{name}.{Guid.NewGuid():N}");
        File.WriteAllText(partial, text);
        File.Move(partial, Path.Combine(Root, name), overwrite: true);
    }

    private static void Own(string path)
    {
        Directory.CreateDirectory(path, Private);
        var directory = new DirectoryInfo(path);
        var others = directory.UnixFileMode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        if (directory.LinkTarget is not null || others != UnixFileMode.None || OwnerOf(path) != UserId())
        {
            throw new UnauthorizedAccessException(
                $"'{path}' must be a directory of user {UserId()} that nobody else can write to (mode 0700, no link); remove it.");
        }
    }

    private static unsafe uint OwnerOf(string path)
    {
        const int currentDirectory = -100, noFollow = 0x100, uid = 0x8, userIdOffset = 20;
        var result = stackalloc byte[256];
        if (Statx(currentDirectory, path, noFollow, uid, result) != 0)
            throw new IOException($"Cannot tell the owner of '{path}': {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        return *(uint*)(result + userIdOffset);
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserId();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* result);
}
