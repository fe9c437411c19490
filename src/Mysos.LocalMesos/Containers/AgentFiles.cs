using System.Text;

namespace Mysos.LocalMesos.Containers;

/// <summary>
/// What an agent lets others read, whoever they are: of its sandboxes, what every user of the machine may read. Not volumes:
/// they hold data, not logs.
/// </summary>
internal sealed class AgentFiles(SandboxPaths paths)
{
    /// <summary>Mesos' limit: 16 pages of memory.</summary>
    private const int LongestRead = 16 * 4096;

    /// <summary>What is in a directory, by path; null: there is none, or it is not to be seen.</summary>
    public IReadOnlyList<FileStatus>? Browse(string directory)
    {
        if (!IsVisible(directory) || !Directory.Exists(directory))
            return null;
        return [.. Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal)
            .Select(FileStatus.Of).OfType<FileStatus>()];
    }

    /// <param name="file">Its path.</param>
    /// <param name="offset">Where to begin, in bytes; null: at the end, which tells how long the file is.</param>
    /// <param name="length">How much at most, in bytes; null: as much as is read at once.</param>
    /// <returns>Null: there is no such file, or it is not to be seen.</returns>
    public (long Offset, string Text)? Read(string file, long? offset, int? length)
    {
        if (!IsVisible(file) || !File.Exists(file))
            return null;
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (offset is not { } begin)
            return (stream.Length, "");
        stream.Position = begin;
        var bytes = new byte[Math.Min(length ?? LongestRead, LongestRead)];
        return (begin, Encoding.UTF8.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
    }

    /// <summary>Wherever links lead, it is in a sandbox and for everybody.</summary>
    private bool IsVisible(string path) => Path.IsPathFullyQualified(path) && FileStatus.RealPath(path) is { } real
        && FileStatus.RealPath(Path.Combine(paths.WorkDirectory, "slaves")) is { } sandboxes
        && real.StartsWith(sandboxes + "/", StringComparison.Ordinal)
        && File.GetUnixFileMode(real).HasFlag(UnixFileMode.OtherRead);
}
