using System.Security.Cryptography;

namespace Mysos.Host.Executor;

/// <summary>
/// The executor's package, which agents fetch from the scheduler. Its hash is part of its path, so that what an agent has
/// in its fetcher cache under a path is always the same.
/// </summary>
public sealed class ExecutorPackage
{
    public const string FileName = "mysos-executor.tar.gz";

    private ExecutorPackage(string file, string sha512, long length, DateTimeOffset changed) =>
        (File, Sha512, Length, Changed) = (file, sha512, length, changed);

    public string File { get; }

    /// <summary>128 lower-case hexadecimal digits.</summary>
    public string Sha512 { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary><c>/executor/&lt;sha512&gt;/mysos-executor.tar.gz</c>, to be appended to the scheduler's address.</summary>
    public string UrlPath => $"/executor/{Sha512}/{FileName}";

    /// <summary>Whether the file is still the one that was hashed; an overwritten one must not be served under its hash.</summary>
    public bool IsUnchanged => new FileInfo(File) is { Exists: true } now && now.Length == Length && now.LastWriteTimeUtc == Changed.UtcDateTime;

    private DateTimeOffset Changed { get; }

    /// <summary>Reads the file once, for its hash.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static async Task<ExecutorPackage> OpenAsync(string file, CancellationToken cancellation = default)
    {
        await using var stream = new FileStream(
            file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var info = new FileInfo(file);
        var changed = new DateTimeOffset(info.LastWriteTimeUtc);
        var hash = await SHA512.HashDataAsync(stream, cancellation);
        return new ExecutorPackage(Path.GetFullPath(file), Convert.ToHexStringLower(hash), info.Length, changed);
    }
}
