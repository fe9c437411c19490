using MySqlConnector;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Executor;

/// <summary>Backups of working servers, and clusters made from them.</summary>
public sealed class BackupTests : IDisposable
{
    private const string Id = "shop:202611231805";
    private readonly string _store = Directory.CreateTempSubdirectory("mysos-store").FullName;

    public void Dispose() => Directory.Delete(_store, recursive: true);

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Backup_WhileWriting_RestoresToAClusterThatWorks(string flavor)
    {
        var acknowledged = 0;
        await using (var cluster = await TestCluster.StartAsync(flavor, 1, t => t with { BackupStore = _store, Cluster = "shop" }))
        {
            var node = cluster.Nodes[0];
            await cluster.WriteAsync(node, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
            await cluster.WriteAsync(node, "INSERT INTO d.t VALUES (0)");
            using var enough = new CancellationTokenSource();
            var writing = WriteAsync(node, enough.Token);
            node.Direct(DirectedRole.Master, 1, backup: new BackupOrder(Id, BackupId.Parse(Id).RelativeDirectory));
            var before = Volatile.Read(ref acknowledged);
            var done = await node.WaitForAsync(r => r.Backup is { State: not BackupState.Running }, "a backup", 60);
            await enough.CancelAsync();
            await writing;
            done.Backup!.Error.ShouldBeNull();
            (done.Backup.State, done.Backup.BackupId).ShouldBe((BackupState.Done, Id));
            done.Backup.SizeBytes.ShouldBeGreaterThan(0);
            Volatile.Read(ref acknowledged).ShouldBeGreaterThan(before);

            async Task WriteAsync(TestNode to, CancellationToken until)
            {
                await using var connection = await to.LoginAsync(TestNode.Accounts.Cluster);
                while (!until.IsCancellationRequested)
                {
                    await using var insert = new MySqlCommand($"INSERT INTO d.t VALUES ({acknowledged + 1})", connection);
                    await insert.ExecuteNonQueryAsync();
                    Interlocked.Increment(ref acknowledged);
                }
            }
        }

        var directory = Path.Combine(_store, "shop/202611231805");
        Directory.GetDirectories(Path.Combine(_store, "shop")).ShouldBe([directory]);
        BackupManifest.TryRead(directory, out var manifest, out _).ShouldBeTrue();
        (manifest!.Cluster, manifest.ClusterUser, manifest.Flavor).ShouldBe(("shop", TestNode.Owner, flavor));

        await using var restored = await TestCluster.StartAsync(flavor, 2,
            t => t with { BackupStore = _store, BackupId = Id, Cluster = "copy" });
        var (master, slave) = (restored.Nodes[0], restored.Nodes[1]);
        var rows = (long)(await restored.WriteAsync(master, "SELECT COUNT(*) FROM d.t"))!;
        rows.ShouldBeInRange(1, acknowledged + 1);
        (await restored.WriteAsync(master, "SELECT MAX(i) + 1 FROM d.t")).ShouldBe(rows);
        await restored.WriteAsync(master, "INSERT INTO d.t VALUES (-1)");
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", rows + 1)).ShouldBe(rows + 1);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Backup_OfASlave_RestoresToNodesThatFollowAnother(string flavor)
    {
        await using (var cluster = await TestCluster.StartAsync(flavor, 2, t => t with { BackupStore = _store, Cluster = "shop" }))
        {
            var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
            await cluster.WriteAsync(master, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
            await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
            (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 1L)).ShouldBe(1L);
            slave.Direct(DirectedRole.Slave, 1, master.Endpoint, backup: new BackupOrder(Id, BackupId.Parse(Id).RelativeDirectory));
            (await slave.WaitForAsync(r => r.Backup is { State: not BackupState.Running }, "a backup", 60)).Backup!.Error.ShouldBeNull();
        }

        await using var restored = await TestCluster.StartAsync(flavor, 2, t => t with { BackupStore = _store, BackupId = Id, Cluster = "copy" });
        await restored.WriteAsync(restored.Nodes[0], "INSERT INTO d.t VALUES (2)");
        (await TestCluster.EventuallyAsync(restored.Nodes[1], "SELECT SUM(i) FROM d.t", 3m)).ShouldBe(3m);
    }

    [Theory]
    [InlineData(Servers.MariaDb, "ibdata1", true, "checksum")]
    [InlineData(Servers.MariaDb, "ibdata1", false, "missing")]
    [InlineData(Servers.MariaDb, BackupManifest.FileName, false, "not a finished backup")]
    [InlineData(Servers.MySql, "ibdata1", true, "checksum")]
    [InlineData(Servers.MySql, "ibdata1", false, "missing")]
    [InlineData(Servers.MySql, BackupManifest.FileName, false, "not a finished backup")]
    public async Task Restore_DamagedBackup_FailsTheTaskAndSaysWhy(string flavor, string file, bool change, string why)
    {
        await using (var cluster = await TestCluster.StartAsync(flavor, 1, t => t with { BackupStore = _store }))
        {
            cluster.Nodes[0].Direct(DirectedRole.Master, 1, backup: new BackupOrder(Id, BackupId.Parse(Id).RelativeDirectory));
            await cluster.Nodes[0].WaitForAsync(r => r.Backup is { State: BackupState.Done }, "a backup", 60);
        }
        var path = Path.Combine(_store, "shop/202611231805", file);
        if (change)
        {
            await using var data = File.OpenWrite(path);
            data.Seek(5000, SeekOrigin.Begin);
            data.WriteByte(0x55);
        }
        else
        {
            File.Delete(path);
        }

        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1) with { BackupStore = _store, BackupId = Id });
        node.Launch(Servers.Mysqld(flavor));
        (await node.ExitCodeAsync()).ShouldBe(1);
        var end = node.Agent.Updates.Last();
        end.State.ShouldBe(TaskState.Failed);
        end.Message.ShouldNotBeNull().ShouldStartWith("restore failed: ");
        end.Message.ShouldContain(why);
        node.Last.ShouldNotBeNull().Phase.ShouldBe(NodePhase.Failed);
        node.Last!.Reason.ShouldBe(end.Message);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Backup_NameTaken_FailsAndLeavesWhatIsThere(string flavor)
    {
        Directory.CreateDirectory(Path.Combine(_store, "shop/202611231805"));
        await using var cluster = await TestCluster.StartAsync(flavor, 1, t => t with { BackupStore = _store });
        cluster.Nodes[0].Direct(DirectedRole.Master, 1, backup: new BackupOrder(Id, "shop/202611231805"));
        var failed = await cluster.Nodes[0].WaitForAsync(r => r.Backup is { State: BackupState.Failed }, "a failure");
        failed.Backup!.Error.ShouldNotBeNull().ShouldContain("is there already");
        failed.Serving.ShouldBeTrue();
        Directory.GetFileSystemEntries(Path.Combine(_store, "shop")).Length.ShouldBe(1);
    }
}
