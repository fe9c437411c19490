using System.Text.Json.Nodes;

namespace Mysos.Tests.Stack;

/// <summary>Backups are taken while writes go on, and restored into new clusters.</summary>
public abstract class BackupTests(StackFixture stack)
{
    [Collection<MariaDbStack>]
    public sealed class OnMariaDb(MariaDbStack stack) : BackupTests(stack);

    [Collection<MySqlStack>]
    public sealed class OnMySql(MySqlStack stack) : BackupTests(stack);

    private StackClient Client => stack.Client;

    [Fact]
    public async Task Backup_ThenRestore_SameRowsOwnAccounts()
    {
        var name = StackClient.UniqueName();
        var (password, _) = await Client.CreateAsync(name, 2);
        var master = StackClient.MasterOf(await Client.HealthyAsync(name, 2));
        await StackClient.SqlAsync(master, password,
            "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY, v VARCHAR(200)); INSERT INTO d.t VALUES (1,'a'),(2,'b'),(3,'c')");

        (await BackUpAsync(name, "wrong")).Status.ShouldBe(403);
        var (status, answer) = await BackUpAsync(name, password);
        status.ShouldBe(200, $"{answer}");
        var id = answer!["backup_id"]!.GetValue<string>();
        id.ShouldMatch(":[0-9]{12}$");
        var done = await DoneAsync(name, id);
        done["state"]!.GetValue<string>().ShouldBe("done", $"{done}");
        done["size_bytes"]!.GetValue<long>().ShouldBeGreaterThan(0);
        await StackClient.SqlAsync(master, password, "INSERT INTO d.t VALUES (4,'after the backup')");

        var copy = StackClient.UniqueName();
        var (copyPassword, _) = await Client.CreateAsync(copy, 2, "--form", $"backup_id={id}");
        copyPassword.ShouldNotBe(password);
        var restored = await Client.HealthyAsync(copy, 2, seconds: 90);
        foreach (var node in restored["nodes"]!.AsArray())
        {
            (await StackClient.SqlAsync(node!, copyPassword, "SELECT GROUP_CONCAT(v ORDER BY i) FROM d.t")).ShouldBe("a,b,c");
            await Should.ThrowAsync<MySqlConnector.MySqlException>(() => StackClient.SqlAsync(node!, password, "SELECT 1"));
        }
        await StackClient.SqlAsync(StackClient.MasterOf(restored), copyPassword, "INSERT INTO d.t VALUES (5,'e')");
        foreach (var slave in StackClient.SlavesOf(restored))
            await Eventually.IsAsync(async () => Convert.ToInt64(await StackClient.SqlAsync(slave, copyPassword, "SELECT COUNT(*) FROM d.t"),
                System.Globalization.CultureInfo.InvariantCulture) == 4, TimeSpan.FromSeconds(10), () => "the new row to arrive");
        await Client.DeleteAsync(copy, copyPassword);

        await DamagedAsync(id);
        await Client.DeleteAsync(name, password);
    }

    [Theory]
    [InlineData("nothing/here:202601010000")]
    [InlineData("../../etc:202601010000")]
    [InlineData("no-time")]
    public async Task Create_UnknownBackup_400AtOnce(string id)
    {
        var (status, body) = await Client.CurlAsync("-X", "POST", $"{{api}}/clusters/{StackClient.UniqueName()}",
            "--form", "cluster_user=owner", "--form", $"backup_id={id}");
        status.ShouldBe(400, $"{body}");
        body!["field"]!.GetValue<string>().ShouldBe("backup_id");
    }

    /// <summary>A byte of a data file is flipped, its size is not: only the restore can see it.</summary>
    private async Task DamagedAsync(string id)
    {
        var directory = Path.Combine(stack.WorkDir, "backups", id.Replace(':', '/'));
        var file = Directory.EnumerateFiles(directory, "ibdata1", SearchOption.AllDirectories).Single();
        using (var data = File.Open(file, FileMode.Open, FileAccess.ReadWrite))
        {
            data.Position = data.Length / 2;
            var old = data.ReadByte();
            data.Position = data.Length / 2;
            data.WriteByte((byte)(old ^ 0xff));
        }
        var name = StackClient.UniqueName();
        var (password, _) = await Client.CreateAsync(name, 2, "--form", $"backup_id={id}");
        var failed = await Client.StateAsync(name, "failed");
        failed["reason"]!.GetValue<string>().ShouldContain("ibdata1");
        await Client.DeleteAsync(name, password);

        File.Delete(file);
        var (status, body) = await Client.CurlAsync("-X", "POST", $"{{api}}/clusters/{StackClient.UniqueName()}",
            "--form", "cluster_user=owner", "--form", $"backup_id={id}");
        status.ShouldBe(400, $"{body}");
    }

    private Task<(int Status, JsonNode? Body)> BackUpAsync(string name, string password) =>
        Client.CurlAsync("-X", "POST", $"{{api}}/clusters/{name}/backups", "--form", $"password={password}");

    private async Task<JsonNode> DoneAsync(string name, string id)
    {
        JsonNode? backup = null;
        await Eventually.IsAsync(
            async () =>
            {
                var (_, all) = await Client.CurlAsync($"{{api}}/clusters/{name}/backups");
                backup = all!.AsArray().Single(b => b!["backup_id"]!.GetValue<string>() == id);
                return backup!["state"]!.GetValue<string>() != "running";
            },
            TimeSpan.FromSeconds(60), () => $"backup {id} to end: {backup}");
        return backup!;
    }
}
