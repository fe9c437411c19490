using System.Collections.Immutable;
using Mysos.Core.Protocol;

namespace Mysos.Core.Discovery;

/// <summary>What a cluster announces. Members keep their name when they move from slaves to master.</summary>
public sealed record ServerSet(ServerSetMember? Master, ImmutableArray<ServerSetMember> Slaves)
{
    public static ServerSet Empty { get; } = new(null, []);

    public bool Equals(ServerSet? other) => other is not null && Master == other.Master && Slaves.SequenceEqual(other.Slaves);

    public override int GetHashCode() => HashCode.Combine(Master, Slaves.Length);
}

/// <param name="Number">The ten digits of <c>member_0000000001</c>.</param>
public sealed record ServerSetMember(int Number, Endpoint Endpoint)
{
    public string Name => $"member_{Number:D10}";
}

/// <summary><c>&lt;zk_url&gt;/discover/&lt;cluster&gt;/{master,slaves}/member_&lt;10 digits&gt;</c>.</summary>
public interface IServerSets
{
    /// <summary>
    /// Makes what is announced equal to <paramref name="wanted"/> in one transaction, whatever is there now; creates the
    /// groups when missing. Repeats after a lost connection until it is done or cancelled.
    /// </summary>
    Task PublishAsync(string cluster, ServerSet wanted, CancellationToken cancellation);

    /// <summary>Removes the cluster's group with all in it; nothing there is not an error.</summary>
    Task RemoveAsync(string cluster, CancellationToken cancellation);
}
