namespace Mysos.Core.State;

/// <summary>
/// Durable, versioned JSON documents under <c>&lt;zk_url&gt;/state/</c> (or in a directory, <c>--state_storage=local</c>).
/// Keys are <c>scheduler</c>, <c>past</c> and <c>clusters/&lt;name&gt;</c>.
/// </summary>
public interface IStateStore
{
    /// <summary>All documents, with their versions.</summary>
    Task<IReadOnlyDictionary<string, StoredDocument>> LoadAsync(CancellationToken cancellation);

    /// <summary>
    /// Writes if the stored version is still <paramref name="expectedVersion"/> (−1: it must not exist) and returns the new version.
    /// A connection lost meanwhile is retried and the outcome found out, until it is known or cancelled.
    /// </summary>
    /// <exception cref="ConflictException">Somebody else wrote: there is another leader.</exception>
    /// <exception cref="ZooKeeper.NotLeadingException">Another leads; nothing was written, this time at least.</exception>
    Task<int> WriteAsync(string key, byte[] json, int expectedVersion, CancellationToken cancellation);

    /// <summary>As <see cref="WriteAsync"/>; a document that is gone already is not an error.</summary>
    Task DeleteAsync(string key, int expectedVersion, CancellationToken cancellation);
}

public sealed record StoredDocument(byte[] Json, int Version);

public sealed class ConflictException(string key) :
    Exception($"State document '{key}' was changed by another scheduler: this one no longer leads.")
{
    public string Key { get; } = key;
}
