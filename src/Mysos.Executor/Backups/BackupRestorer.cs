using System.Security.Cryptography;
using Mysos.Core.Clusters;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Backups;

/// <summary>Fills an empty data directory from a backup, and believes none of its bytes unchecked.</summary>
internal static class BackupRestorer
{
    private const int ChunkSize = 128 << 10;
    private const string FailurePrefix = "restore failed: ";

    /// <returns>The backup's manifest.</returns>
    /// <exception cref="InvalidDataException">The backup is missing, damaged, or not for this server; starts with "restore failed: ".</exception>
    public static async Task<BackupManifest> RestoreAsync(
        string? store, string backupId, string target, ServerProgram program, CancellationToken cancellation)
    {
        try
        {
            var id = BackupId.Parse(backupId);
            var source = Path.Combine(store ?? throw new InvalidDataException("no backup store was named (--backup_store_args)"), id.RelativeDirectory);
            if (!BackupManifest.TryRead(source, out var manifest, out var error))
                throw new InvalidDataException($"backup {id} is missing or damaged: {error}");
            if (manifest.Flavor != program.Flavor.Name || Version.Parse(program.Version) < Version.Parse(manifest.Version))
                throw new InvalidDataException($"backup {id} is of {manifest.Flavor} {manifest.Version}, and this server is {program.Label}");
            foreach (var directory in manifest.Directories)
                Directory.CreateDirectory(Path.Combine(target, directory));
            foreach (var file in manifest.Files)
                await CopyAsync(Path.Combine(source, file.Path), Path.Combine(target, file.Path), file, id, cancellation).ConfigureAwait(false);
            return manifest;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or UnauthorizedAccessException)
        {
            throw Failed(e.Message, e);
        }
    }

    public static InvalidDataException Failed(string why, Exception? cause = null) => new(FailurePrefix + why, cause);

    private static async Task CopyAsync(string from, string to, BackupFile expected, BackupId id, CancellationToken cancellation)
    {
        await using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        await using var target = new FileStream(to, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkSize];
        for (int read; (read = await source.ReadAsync(chunk, cancellation).ConfigureAwait(false)) > 0;)
        {
            hash.AppendData(chunk, 0, read);
            // A chunk of zeros becomes a hole: fresh table spaces and logs are mostly zeros.
            if (chunk.AsSpan(0, read).IndexOfAnyExcept((byte)0) < 0)
                target.Seek(read, SeekOrigin.Current);
            else
                await target.WriteAsync(chunk.AsMemory(0, read), cancellation).ConfigureAwait(false);
        }
        target.SetLength(expected.Size);
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != expected.Sha256)
            throw new InvalidDataException($"backup {id} is damaged: the checksum of its file '{expected.Path}' is wrong");
    }
}
