using System.Text.Json;

namespace Mysos.Core.State;

/// <summary>
/// <c>--state_storage=local</c>: documents as files <c>&lt;directory&gt;/&lt;key&gt;.json</c>, each
/// <c>{"version":…,"document":…}</c>. A write is on the disk, whole, before it returns. One process at a time.
/// </summary>
public sealed class FileStateStore : IStateStore, IDisposable
{
    private const string Extension = ".json";

    private readonly string _directory;
    private readonly FileStream _held;
    private readonly SemaphoreSlim _one = new(1);

    /// <exception cref="IOException">The directory cannot be used, or another process uses it.</exception>
    public FileStateStore(string directory)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        var path = Path.Combine(_directory, "lock");
        try
        {
            _held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"The state in '{_directory}' is used by another scheduler: stop it, or give this one its own --work_dir. ({e.Message})", e);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, StoredDocument>> LoadAsync(CancellationToken cancellation) => AloneAsync(() =>
    {
        var documents = new Dictionary<string, StoredDocument>();
        foreach (var file in Directory.EnumerateFiles(_directory, "*" + Extension, SearchOption.AllDirectories))
        {
            var key = Path.GetRelativePath(_directory, file)[..^Extension.Length];
            documents[key] = Read(key)!;
        }
        return (IReadOnlyDictionary<string, StoredDocument>)documents;
    }, cancellation);

    /// <inheritdoc/>
    public Task<int> WriteAsync(string key, byte[] json, int expectedVersion, CancellationToken cancellation)
    {
        StateKey.Check(key);
        ArgumentNullException.ThrowIfNull(json);
        ArgumentOutOfRangeException.ThrowIfLessThan(expectedVersion, -1);
        return AloneAsync(() =>
        {
            if ((Read(key)?.Version ?? -1) != expectedVersion)
                throw new ConflictException(key);
            DurableFile.Replace(FileOf(key), Envelope(json, expectedVersion + 1));
            return expectedVersion + 1;
        }, cancellation);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, int expectedVersion, CancellationToken cancellation)
    {
        StateKey.Check(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(expectedVersion, -1);
        return AloneAsync(() =>
        {
            if (Read(key) is { } stored)
            {
                if (stored.Version != expectedVersion)
                    throw new ConflictException(key);
                DurableFile.Delete(FileOf(key));
            }
            return true;
        }, cancellation);
    }

    public void Dispose()
    {
        _held.Dispose();
        _one.Dispose();
    }

    private string FileOf(string key) => Path.Combine(_directory, key + Extension);

    private StoredDocument? Read(string key)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(FileOf(key));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        try
        {
            using var envelope = JsonDocument.Parse(content);
            return new StoredDocument(
                System.Text.Encoding.UTF8.GetBytes(envelope.RootElement.GetProperty("document").GetRawText()),
                envelope.RootElement.GetProperty("version").GetInt32());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"The state file '{FileOf(key)}' is damaged: {e.Message} Put a copy of it back, or remove it.", e);
        }
    }

    private static byte[] Envelope(byte[] json, int version)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", version);
            writer.WritePropertyName("document");
            writer.WriteRawValue(json);
            writer.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private async Task<T> AloneAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // On the pool: the caller's loop must not wait for a disk.
            return await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }
}
