namespace Mysos.Core.Clusters;

/// <summary>Resources of one instance.</summary>
/// <param name="Cpus">Cores, above 0.</param>
/// <param name="MemMb">MiB.</param>
/// <param name="DiskMb">MiB.</param>
public sealed record ClusterSize(double Cpus, long MemMb, long DiskMb)
{
    public static ClusterSize Default { get; } = new(1.0, 512, 2048);
}
