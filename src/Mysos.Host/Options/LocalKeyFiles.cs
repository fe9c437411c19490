using System.Security.Cryptography;
using System.Text;
using Mysos.Core.Security;

namespace Mysos.Host.Options;

/// <summary>
/// The key files of <c>mysos local</c>: made in its work directory when they are missing, and kept from then on. Only their
/// owner can read them.
/// </summary>
internal static class LocalKeyFiles
{
    private const string AdminUser = "mysos_admin";

    /// <summary>The options with both key files in them.</summary>
    /// <exception cref="IOException">The directory or a file cannot be made.</exception>
    public static SchedulerOptions Ensure(SchedulerOptions options) => options with
    {
        SchedulerKeypath = options.SchedulerKeypath ?? Ensure(options.WorkDir, "scheduler.key", () => RandomNumberGenerator.GetBytes(SchedulerKey.Size)),
        AdminKeypath = options.AdminKeypath ?? Ensure(options.WorkDir, "admin.yml", Admin),
    };

    private static byte[] Admin() => Encoding.UTF8.GetBytes($"username: {AdminUser}\npassword: {PasswordGenerator.New()}\n");

    private static string Ensure(string directory, string name, Func<byte[]> content)
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("Mysos runs on Linux.");
        Directory.CreateDirectory(directory, Private | UnixFileMode.UserExecute);
        var path = Path.Combine(directory, name);
        if (File.Exists(path))
            return path;
        // Under another name first, so that a crash leaves no half of a key.
        var draft = path + ".new";
        File.Delete(draft);
        using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private }))
        {
            file.Write(content());
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path);
        return path;
    }
}
