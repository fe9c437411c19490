using System.Text;

namespace Mysos.Tests.Stack;

/// <summary>Where secrets must not be: ZNodes, command lines, environments, logs, task data.</summary>
public abstract class SecretsTests(StackFixture stack)
{
    [Collection<MariaDbStack>]
    public sealed class OnMariaDb(MariaDbStack stack) : SecretsTests(stack);

    [Collection<MySqlStack>]
    public sealed class OnMySql(MySqlStack stack) : SecretsTests(stack);

    private StackClient Client => stack.Client;

    [Fact]
    public async Task Secrets_OfARunningCluster_LieNowhereInClear()
    {
        const string owner = "owner-secret-7f3a";
        var name = StackClient.UniqueName();
        var (status, body) = await Client.CurlAsync(
            "-X", "POST", $"{{api}}/clusters/{name}", "--form", "cluster_user=owner", "--form", $"cluster_password={owner}", "--form", "num_nodes=2");
        status.ShouldBe(200, $"{body}");
        await Client.HealthyAsync(name, 2);
        var admin = File.ReadLines(Path.Combine(stack.WorkDir, "admin.yml")).First(l => l.StartsWith("password:", StringComparison.Ordinal))[9..].Trim();
        string[] secrets = [owner, admin, Convert.ToBase64String(Encoding.UTF8.GetBytes(owner)), Convert.ToBase64String(Encoding.UTF8.GetBytes(admin))];

        var found = new List<string>();
        foreach (var (where, text) in Processes().Concat(Files()).Append(("ZooKeeper", await ZNodesAsync(body!["cluster_url"]!.GetValue<string>()))))
            found.AddRange(secrets.Where(s => text.Contains(s, StringComparison.Ordinal)).Select(s => $"{where} has {s}"));
        found.ShouldBeEmpty();
        await Client.DeleteAsync(name, owner);
    }

    private IEnumerable<(string, string)> Processes()
    {
        foreach (var line in MysosProcess.ProcessesOf(stack.WorkDir))
        {
            var pid = line.Split(' ')[0];
            string? environment = null;
            try
            {
                environment = File.ReadAllText($"/proc/{pid}/environ");
            }
            catch (IOException)
            {
                // It has ended.
            }
            yield return ($"process {pid}", line + environment);
        }
    }

    /// <summary>All but MySQL's own data (which keep what a slave logs in with), the key files and ZooKeeper's log (read through its API).</summary>
    private IEnumerable<(string, string)> Files()
    {
        foreach (var file in Directory.EnumerateFiles(stack.WorkDir, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            if (file.Contains("/volumes/", StringComparison.Ordinal) || file.Contains("/zookeeper/", StringComparison.Ordinal)
                || file.Contains("/backups/", StringComparison.Ordinal) || file.EndsWith("admin.yml", StringComparison.Ordinal))
                continue;
            string? text = null;
            try
            {
                text = File.ReadAllText(file);
            }
            catch (IOException)
            {
                // A socket, or gone meanwhile.
            }
            if (text is not null)
                yield return (file, text);
        }
    }

    private static Task<string> ZNodesAsync(string clusterUrl) => StackClient.RunAsync("/usr/bin/python3",
        ["-c", """
            import sys
            from kazoo.client import KazooClient
            zk = KazooClient(hosts=sys.argv[1][len('zk://'):].split('/')[0])
            zk.start(timeout=15)
            def walk(path):
                print(path, zk.get(path)[0])
                for child in zk.get_children(path):
                    walk(path.rstrip('/') + '/' + child)
            walk('/mysos')
            zk.stop()
            """, clusterUrl]);
}
