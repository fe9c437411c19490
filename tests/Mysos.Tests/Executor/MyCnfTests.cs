using System.Runtime.CompilerServices;
using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Executor;

/// <summary>Option files against <c>Golden/*.cnf</c>. To renew them, run with <c>MYSOS_WRITE_GOLDEN=1</c> and read the difference.</summary>
public sealed class MyCnfTests
{
    [Theory]
    [InlineData("MariaDB", 512)]
    [InlineData("MariaDB", 4096)]
    [InlineData("MySQL", 512)]
    [InlineData("MySQL", 4096)]
    public void For_FlavorAndMemory_IsTheGoldenFile(string flavor, long memoryMb)
    {
        var task = new NodeTask
        {
            Cluster = "shop", Node = 3, ServerId = 3, Host = "agent7.example.com", Port = 31003, Size = new ClusterSize(1, memoryMb, 2048),
        };
        var paths = new InstancePaths
        {
            DataDirectory = "/sandbox/mysql", Socket = "/sandbox/mysqld.sock", PidFile = "/sandbox/mysqld.pid",
            ErrorLog = "/sandbox/mysqld.err", Files = "/sandbox/files", Temporary = "/sandbox/tmp",
        };
        IFlavor of = flavor == "MariaDB" ? new MariaDbFlavor() : new MySqlFlavor();
        var text = MyCnf.For(of, task, 3, paths, "10.1.2.3", asRoot: memoryMb == 512);
        var golden = Path.Combine(Here(), "Golden", $"{flavor}-{memoryMb}.cnf");
        if (Environment.GetEnvironmentVariable("MYSOS_WRITE_GOLDEN") == "1")
            File.WriteAllText(golden, text);
        text.ShouldBe(File.ReadAllText(golden));
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
