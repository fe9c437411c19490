using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mysos.Core.Clusters;

/// <summary>One file of a backup; <paramref name="Path"/> is relative, with <c>/</c>.</summary>
public sealed record BackupFile(string Path, long Size, string Sha256);

/// <summary>
/// <c>mysos-backup.json</c>, which is written last: a directory without it is no backup. It lists every file, so that a
/// damaged backup is recognised before anything is made of it.
/// </summary>
public sealed record BackupManifest
{
    public const string FileName = "mysos-backup.json";

    public required string BackupId { get; init; }
    public required string Cluster { get; init; }
    /// <summary>The account of that cluster's owner; a cluster restored from the backup does not keep it.</summary>
    public required string ClusterUser { get; init; }
    /// <summary><c>MariaDB</c> or <c>MySQL</c>.</summary>
    public required string Flavor { get; init; }
    public required string Version { get; init; }
    /// <summary>GTIDs in it, in the server's notation; null where the data carry them by themselves (MySQL).</summary>
    public string? Gtid { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required double Seconds { get; init; }
    public required long SizeBytes { get; init; }
    public required IReadOnlyList<BackupFile> Files { get; init; }
    /// <summary>All directories: an empty one is an empty database.</summary>
    public IReadOnlyList<string> Directories { get; init; } = [];

    /// <summary>
    /// Reads the manifest of the backup in <paramref name="directory"/> and looks whether each of its files is there with its
    /// size: cheap, and finds all damage but changed bytes.
    /// </summary>
    /// <param name="error">What is wrong, and with which file.</param>
    public static bool TryRead(string directory, [NotNullWhen(true)] out BackupManifest? manifest, [NotNullWhen(false)] out string? error)
    {
        manifest = null;
        error = null;
        var path = Path.Combine(directory, FileName);
        if (!Directory.Exists(directory))
            error = $"there is no directory '{directory}'";
        else if (!File.Exists(path))
            error = $"'{directory}' has no {FileName}, so it is not a finished backup";
        else
            error = ReadChecked(directory, path, out manifest);
        return error is null;
    }

    /// <summary>Whole or not at all, and on the disk when it returns.</summary>
    public void Write(string directory)
    {
        var path = Path.Combine(directory, FileName);
        using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, this, BackupManifestJson.Default.BackupManifest);
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>All directories below one.</summary>
    public static IReadOnlyList<string> ListDirectories(string directory) =>
        [.. Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(directory, path)).Order(StringComparer.Ordinal)];

    /// <summary>Reads all files of a directory, and sees to it that they are on the disk.</summary>
    public static async Task<IReadOnlyList<BackupFile>> ListAsync(string directory, CancellationToken cancellation)
    {
        var files = new List<BackupFile>();
        foreach (var path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var relative = Path.GetRelativePath(directory, path);
            if (relative == FileName)
                continue;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: false);
            var hash = await SHA256.HashDataAsync(file, cancellation).ConfigureAwait(false);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            files.Add(new BackupFile(relative, file.Length, Convert.ToHexStringLower(hash)));
        }
        return files;
    }

    private static string? ReadChecked(string directory, string path, out BackupManifest? manifest)
    {
        manifest = null;
        BackupManifest? read;
        try
        {
            read = JsonSerializer.Deserialize(File.ReadAllBytes(path), BackupManifestJson.Default.BackupManifest);
        }
        catch (JsonException e)
        {
            return $"'{path}' cannot be read: {e.Message}";
        }
        if (read is null)
            return $"'{path}' is empty";
        if (read.Files.Select(f => f.Path).Concat(read.Directories).FirstOrDefault(LeadsOut) is { } outside)
            return $"'{path}' names '{outside}', which is not inside of the backup";
        foreach (var file in read.Files)
        {
            var there = new FileInfo(Path.Combine(directory, file.Path));
            if (!there.Exists)
                return $"its file '{file.Path}' is missing";
            if (there.Length != file.Size)
                return $"its file '{file.Path}' has {there.Length} bytes instead of {file.Size}";
        }
        manifest = read;
        return null;
    }

    private static bool LeadsOut(string path) => Path.IsPathRooted(path) || path.Split('/').Contains("..");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupManifestJson : JsonSerializerContext;
