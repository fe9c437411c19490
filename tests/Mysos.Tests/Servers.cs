namespace Mysos.Tests;

/// <summary>The servers that tests run on: MariaDB always, MySQL 9.7 where <c>MYSOS_MYSQL97</c> names its mysqld.</summary>
internal static class Servers
{
    public const string MariaDb = "MariaDB";
    public const string MySql = "MySQL";

    private static string? MySql97 => Environment.GetEnvironmentVariable("MYSOS_MYSQL97") is { Length: > 0 } path ? path : null;

    public static bool IsThere(string flavor) => flavor == MariaDb || MySql97 is not null;

    /// <summary>Skips the test where it is not there.</summary>
    public static void Need(string flavor) => Assert.SkipUnless(IsThere(flavor), "MYSOS_MYSQL97 is not set to the path of a mysqld 9.7.");

    /// <summary>The path of its mysqld. Skips the test where there is none.</summary>
    public static string Mysqld(string flavor)
    {
        Need(flavor);
        return flavor == MariaDb ? "/usr/sbin/mariadbd" : MySql97!;
    }

    /// <summary>What has Mysos use it: MariaDB is what executors find by themselves.</summary>
    public static string[] Options(string flavor) => flavor == MariaDb ? [] : ["--installer_args", Mysqld(flavor)];
}
