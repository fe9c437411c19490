using System.Globalization;
using System.Text;
using Mysos.Core.Protocol;

namespace Mysos.Executor.Servers;

/// <summary>Where an instance keeps its files.</summary>
internal sealed record InstancePaths
{
    public required string DataDirectory { get; init; }
    public required string Socket { get; init; }
    public required string PidFile { get; init; }
    public required string ErrorLog { get; init; }
    /// <summary>The only directory that SQL can read files from and write files to.</summary>
    public required string Files { get; init; }
    public required string Temporary { get; init; }
}

/// <summary>The option file of an instance: a function of what it is, and of nothing else.</summary>
internal static class MyCnf
{
    public const long Gigabyte = 1024;

    /// <summary>What templates are made with, so that the smallest instances need not resize it when they start.</summary>
    public const long SmallRedoLogMb = 32;

    public static long RedoLogMb(long memoryMb) => memoryMb < 2 * Gigabyte ? SmallRedoLogMb : Math.Clamp(memoryMb / 8, 256, 4096);

    /// <summary>
    /// Small instances leave most of their memory to connections and to the server's own needs (80 to 180 MB); from 1 GB on
    /// the pool takes 55 %.
    /// </summary>
    public static long BufferPoolMb(long memoryMb) => memoryMb < Gigabyte ? Math.Max(32, memoryMb / 4) : memoryMb * 55 / 100;

    public static string For(IFlavor flavor, NodeTask task, uint serverId, InstancePaths paths, string bindAddress, bool asRoot)
    {
        var memory = task.Size.MemMb;
        var text = new StringBuilder("# Written by mysos-executor at each start of mysqld; changes are lost.\n[mysqld]\n");
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        Line($"datadir={paths.DataDirectory}");
        Line($"socket={paths.Socket}");
        Line($"pid_file={paths.PidFile}");
        Line($"log_error={paths.ErrorLog}");
        Line($"tmpdir={paths.Temporary}");
        Line($"secure_file_priv={paths.Files}");
        Line($"bind_address={bindAddress}");
        Line($"port={task.Port}");
        Line($"server_id={serverId}");
        Line($"report_host={task.Host}");
        Line($"report_port={task.Port}");
        if (asRoot)
            Line($"user=root");
        Line($"skip_name_resolve=ON");
        Line($"local_infile=OFF");
        Line($"max_connections={Math.Clamp(memory / 4, 50, 2000)}");
        Line($"max_allowed_packet=64M");
        Line($"innodb_buffer_pool_size={BufferPoolMb(memory)}M");
        Line($"innodb_flush_log_at_trx_commit=1");
        Line($"sync_binlog=1");
        Line($"relay_log=relay");
        Line($"relay_log_recovery=OFF");
        Line($"sync_relay_log=1");
        foreach (var line in flavor.Options(memory))
            text.Append(line).Append('\n');
        return text.ToString();
    }
}
