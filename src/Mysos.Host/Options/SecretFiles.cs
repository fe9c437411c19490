using Mysos.Core.Protocol;
using Mysos.Core.Security;

namespace Mysos.Host.Options;

/// <summary>The secrets that options name files of.</summary>
/// <param name="Framework">For the Mesos master; null when it asks for none.</param>
public sealed record Secrets(SchedulerKey Key, Account Admin, Account? Framework);

/// <summary>Reads them, and tells of all files that are wrong at once.</summary>
internal static class SecretFiles
{
    public static Read<Secrets> Load(string schedulerKeypath, string adminKeypath, string? frameworkAuthenticationFile)
    {
        var problems = new List<string>();
        SchedulerKey? key = null;
        try
        {
            key = SchedulerKey.Load(schedulerKeypath);
        }
        catch (InvalidDataException e)
        {
            problems.Add($"--scheduler_keypath: {e.Message}");
        }

        var admin = Credential("admin_keypath", adminKeypath, "username", "password", problems);
        var framework = Framework(frameworkAuthenticationFile, problems);
        if (problems.Count == 0)
            return new(new Secrets(key!, admin!, framework), problems);
        key?.Dispose();
        return new(null, problems);
    }

    /// <summary>What schedulers authenticate with; no problems and no account: they need not.</summary>
    public static (Account? Framework, IReadOnlyList<string> Problems) LoadFramework(string? frameworkAuthenticationFile)
    {
        var problems = new List<string>();
        return (Framework(frameworkAuthenticationFile, problems), problems);
    }

    private static Account? Framework(string? file, List<string> problems) =>
        file is null ? null : Credential("framework_authentication_file", file, "principal", "secret", problems);

    private static Account? Credential(string flag, string path, string nameKey, string secretKey, List<string> problems)
    {
        try
        {
            return CredentialFile.Read(path, nameKey, secretKey);
        }
        catch (InvalidDataException e)
        {
            problems.Add($"--{flag}: {e.Message}");
            return null;
        }
    }
}
