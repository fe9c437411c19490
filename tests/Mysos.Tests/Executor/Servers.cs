using Xunit;

namespace Mysos.Tests.Executor;

/// <summary>The servers that tests run on: MariaDB always, MySQL 9.7 where <c>MYSOS_MYSQL97</c> names its mysqld.</summary>
internal static class Servers
{
    public const string MariaDb = "MariaDB";
    public const string MySql = "MySQL";

    public static string Mysqld(string flavor)
    {
        if (flavor == MariaDb)
            return "/usr/sbin/mariadbd";
        var path = Environment.GetEnvironmentVariable("MYSOS_MYSQL97");
        Assert.SkipWhen(string.IsNullOrEmpty(path), "MYSOS_MYSQL97 is not set to the path of a mysqld 9.7.");
        return path!;
    }
}
