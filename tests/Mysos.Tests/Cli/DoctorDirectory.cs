using Mysos.Core.ZooKeeper;

namespace Mysos.Tests.Cli;

/// <summary>The files of a deployment, and <c>mysos doctor</c> on it.</summary>
internal sealed class DoctorDirectory : IDisposable
{
    public DoctorDirectory()
    {
        Write("scheduler.key", new string('k', 32));
        Write("admin.yml", "username: a\npassword: b\n");
        Write("executor.tar.gz", "package");
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("mysos-doctor-").FullName;

    public string Package => In("executor.tar.gz");

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Readable by its owner only.</summary>
    public string Write(string name, string text)
    {
        var path = In(name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <param name="mesos">The value of <c>--mesos_master</c>.</param>
    /// <param name="port">Of the scheduler.</param>
    /// <param name="more">More flags, also in the place of <c>--backup_store_args</c>.</param>
    public Task<CliRun> RunAsync(ZooKeeperUrl url, string mesos, int port, IEnumerable<string>? more = null, TimeProvider? time = null)
    {
        var credentials = url.Credentials is { } given ? given + "@" : "";
        string[] backups = more?.Contains("--backup_store_args") == true ? [] : ["--backup_store_args", Path];
        return CliRun.OfAsync("http://127.0.0.1:1",
        [
            "doctor", "--zk_url", $"zk://{credentials}{url.ConnectString}{url.Path}", "--mesos_master", mesos, "--scheduler_keypath", In("scheduler.key"),
            "--admin_keypath", In("admin.yml"), "--executor_package", Package, "--advertise_host", "127.0.0.1", "--port", $"{port}", "--work_dir", Path,
            .. backups, .. more ?? [],
        ],
        [], time: time);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
