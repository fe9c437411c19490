using System.Globalization;
using System.Text.RegularExpressions;

namespace Mysos.Core.Clusters.Rules;

/// <summary>
/// What a request may ask for. Each check returns null when the value is right. What passes is safe in a ZNode path, in a
/// file name and (quoted) in SQL.
/// </summary>
public static partial class ClusterRules
{
    public const int MaxNodes = 100;
    public const int MaxPasswordLength = 128;
    public const int MaxBackupIdLength = 255;
    public const double MinCpus = 0.1;
    public const double MaxCpus = 1024;
    /// <summary>mysqld and its executor have to run in it.</summary>
    public const long MinMemMb = 256;
    public const long MaxMemMb = 16L * 1024 * 1024;
    /// <summary>An empty data directory with its redo and relay logs has to fit.</summary>
    public const long MinDiskMb = 512;
    public const long MaxDiskMb = 1024L * 1024 * 1024;

    /// <summary>More would only make each write slower.</summary>
    public const int MaxSyncReplicas = 9;
    public static readonly TimeSpan MinElectionTimeout = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan MaxElectionTimeout = TimeSpan.FromDays(1);
    /// <summary>So long a slave keeps all that was written.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromDays(30);

    /// <summary>Accounts of the servers themselves and of Debian's packages.</summary>
    private static readonly HashSet<string> SystemAccounts = new(StringComparer.OrdinalIgnoreCase)
    {
        "root", "mysql", "mysql.sys", "mysql.session", "mysql.infoschema", "mariadb.sys", "mysqld", "debian-sys-maint",
        "healthcheck", "PUBLIC",
    };

    /// <summary>Everything in a creation. <paramref name="adminUser"/> is the administration account's name, which is taken.</summary>
    /// <exception cref="RequestException">400, for the first field that is wrong.</exception>
    public static void Check(CreateRequest request, string? adminUser)
    {
        var error = CheckName(request.Name)
            ?? CheckUser(request.User, adminUser)
            ?? CheckNumNodes(request.NumNodes)
            ?? CheckSize(request.Size)
            ?? (request.BackupId is null ? null : CheckBackupId(request.BackupId))
            ?? CheckElectionTimeout(request.ElectionTimeout)
            ?? CheckSyncReplicas(request.SyncReplicas)
            ?? (request.Password is null ? null : CheckPassword(request.Password));
        if (error is not null)
        {
            throw error.ToException();
        }
    }

    /// <summary>The values of a change; whether it is possible is decided elsewhere.</summary>
    public static FieldError? CheckChange(ClusterRequest request) => CheckName(request.Name) ?? request switch
    {
        ResizeRequest resize => CheckNumNodes(resize.NumNodes),
        ElectionRequest { Policy: null, Timeout: null, SyncReplicas: null } =>
            new("election_policy", "Nothing is to be changed: give election_policy, election_timeout or sync_replicas."),
        ElectionRequest election => CheckElectionTimeout(election.Timeout?.Own) ?? CheckSyncReplicas(election.SyncReplicas?.Own),
        DelayRequest delay => CheckDelay(delay.Delay),
        PasswordRequest { NewPassword: { } password } => CheckPassword(password, "new_password"),
        _ => null,
    };

    public static FieldError? CheckName(string? name) => name is not null && NamePattern().IsMatch(name)
        ? null
        : new("cluster_name", $"The cluster name {Shown(name)} is not allowed: a name has 1 to 64 characters, which are " +
            "lower-case letters, digits, '-' and '_', and starts with a letter or digit.");

    public static FieldError? CheckUser(string? user, string? adminUser)
    {
        if (user is null || !UserPattern().IsMatch(user))
        {
            return new("cluster_user", $"The cluster_user {Shown(user)} is not allowed: a user name has 1 to 32 characters, " +
                "which are letters, digits, '_', '.' and '-'.");
        }

        if (SystemAccounts.Contains(user) || user.StartsWith("mysos_", StringComparison.OrdinalIgnoreCase) ||
            string.Equals(user, adminUser, StringComparison.OrdinalIgnoreCase))
        {
            return new("cluster_user",
                $"The cluster_user '{user}' is an account that the system itself uses; choose another name.");
        }

        return null;
    }

    public static FieldError? CheckNumNodes(int numNodes) => numNodes is >= 1 and <= MaxNodes
        ? null
        : new("num_nodes", $"num_nodes is {numNodes.ToString(CultureInfo.InvariantCulture)}; it must be a whole number from 1 to {MaxNodes}.");

    public static FieldError? CheckElectionTimeout(TimeSpan? timeout) => timeout is not { } time || (time >= MinElectionTimeout && time <= MaxElectionTimeout)
        ? null
        : new("election_timeout", $"election_timeout is {Durations.Format(time)}; "
            + $"it must be from {Durations.Format(MinElectionTimeout)} to {Durations.Format(MaxElectionTimeout)}.");

    public static FieldError? CheckSyncReplicas(int? count) => count is null or (>= 1 and <= MaxSyncReplicas)
        ? null
        : new("sync_replicas", $"sync_replicas is {count.Value.ToString(CultureInfo.InvariantCulture)}; it must be a whole number from 1 to {MaxSyncReplicas}.");

    public static FieldError? CheckDelay(TimeSpan delay) => delay >= TimeSpan.Zero && delay <= MaxDelay && delay.Ticks % TimeSpan.TicksPerSecond == 0
        ? null
        : new("delay", $"delay is {Durations.Format(delay)}; it must be whole seconds, from 0s to {Durations.Format(MaxDelay)}.");

    public static FieldError? CheckSize(ClusterSize size)
    {
        if (!(size.Cpus is >= MinCpus and <= MaxCpus))
        {
            return new("size", $"size asks for cpus {size.Cpus.ToString(CultureInfo.InvariantCulture)}; " +
                $"it must be from {ClusterSizeText.FormatCpus(MinCpus)} to {ClusterSizeText.FormatCpus(MaxCpus)}.");
        }

        return CheckAmount("mem", size.MemMb, MinMemMb, MaxMemMb, " (mysqld must run in it)")
            ?? CheckAmount("disk", size.DiskMb, MinDiskMb, MaxDiskMb, "");
    }

    public static FieldError? CheckPassword(string? password, string field = "cluster_password")
    {
        var wrong =
            string.IsNullOrEmpty(password) ? "is empty" :
            password.Length > MaxPasswordLength ? $"has {password.Length.ToString(CultureInfo.InvariantCulture)} characters" :
            password.Any(char.IsControl) ? "contains control characters" :
            !IsWellFormed(password) ? "is not valid Unicode" :
            null;
        return wrong is null ? null : new(field,
            $"The {field} {wrong}: a password has 1 to {MaxPasswordLength} characters and no control characters.");
    }

    /// <summary>
    /// As a path below the backup store: <c>foo/bar:201503122000</c>. It can never name a place outside of it.
    /// </summary>
    public static FieldError? CheckBackupId(string? backupId) =>
        backupId is { Length: > 0 and <= MaxBackupIdLength } && BackupIdPattern().IsMatch(backupId) &&
        backupId.Split('/').All(s => s is not ("" or "." or ".."))
            ? null
            : new("backup_id", $"The backup_id {Shown(backupId)} is not allowed: it has 1 to {MaxBackupIdLength} characters, which are " +
                "letters, digits and any of '_.:@+=-', in parts separated by single '/' (no '.' or '..' parts), such as foo/bar:201503122000.");

    private static FieldError? CheckAmount(string key, long mb, long min, long max, string why) => mb >= min && mb <= max
        ? null
        : new("size", $"size asks for {key} {SizeText.Format(mb)}; it must be from {SizeText.Format(min)}{why} to {SizeText.Format(max)}.");

    private static bool IsWellFormed(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            // A lone surrogate enumerates as U+FFFD; so does text that was decoded from bytes that are not UTF-8.
            if (rune.Value == 0xFFFD)
            {
                return false;
            }
        }

        return true;
    }

    internal static string Shown(string? value) => value switch
    {
        null or "" => "''",
        { Length: > 80 } => $"of {value.Length.ToString(CultureInfo.InvariantCulture)} characters",
        _ => $"'{string.Concat(value.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))}'",
    };

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex UserPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_.:@+=/-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex BackupIdPattern();
}
