using Mysos.Host.Options;

namespace Mysos.Host.Doctor;

/// <summary>The files and directories that options name.</summary>
internal sealed class FileChecks(SchedulerOptions options) : ICheck
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public string Subject => "files";

    public async IAsyncEnumerable<Finding> LookAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var (secrets, problems) = SecretFiles.Load(options.SchedulerKeypath!, options.AdminKeypath!, options.FrameworkAuthenticationFile);
        secrets?.Key.Dispose();
        foreach (var (flag, path) in new (string, string?)[]
            { ("--scheduler_keypath", options.SchedulerKeypath), ("--admin_keypath", options.AdminKeypath), ("--framework_authentication_file", options.FrameworkAuthenticationFile) })
        {
            if (path is null)
                continue;
            var problem = problems.FirstOrDefault(p => p.StartsWith(flag, StringComparison.Ordinal));
            yield return problem is null ? OfMode(flag, path) : Finding.Fail(flag, problem[(flag.Length + 2)..], $"give {flag} the right file");
        }
        yield return await OfDirectoryAsync("--work_dir", options.WorkDir, "create it, writable for the scheduler's user", mustBe: false, cancellation);
        yield return options.BackupStoreArgs is { } backups
            ? await OfDirectoryAsync("--backup_store_args", backups, "create it, or mount it: all agents need it under the same path", mustBe: true, cancellation)
            : Finding.Warn("--backup_store_args", "is not set, so that no backups can be taken or restored", "name a directory that this machine and all agents see");
    }

    private static Finding OfMode(string flag, string path)
    {
        var mode = File.GetUnixFileMode(path);
        return (mode & Others) == 0
            ? Finding.Ok(flag, $"{path} is as it should be, and only its owner can read it")
            : Finding.Warn(flag, $"{path} can be read or written by others ({Octal(mode)})", $"chmod 600 {path}");
    }

    private static string Octal(UnixFileMode mode) => "0" + Convert.ToString((int)mode, 8);

    /// <param name="mustBe">It is not made when it is missing.</param>
    private static async Task<Finding> OfDirectoryAsync(string flag, string path, string mend, bool mustBe, CancellationToken cancellation)
    {
        if (!Directory.Exists(path))
        {
            return mustBe ? Finding.Fail(flag, $"there is no directory {path}", mend)
                : Finding.Ok(flag, $"{path} is not there yet; the scheduler makes it when it needs it");
        }
        var probe = Path.Combine(path, $".mysos-doctor-{Guid.NewGuid():N}");
        try
        {
            await File.WriteAllTextAsync(probe, "", cancellation);
            File.Delete(probe);
            return Finding.Ok(flag, $"{path} can be written to");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Fail(flag, $"nothing can be written to {path}: {e.Message}", $"let the user {Environment.UserName} write there");
        }
    }
}
