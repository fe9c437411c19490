using System.Collections.Immutable;
using Mysos.Core.ZooKeeper;
using static Mysos.Core.ZooKeeper.ZooKeeperOperation;

namespace Mysos.Core.Discovery;

/// <summary>What is announced of a cluster, with the versions that a change can be tied to.</summary>
/// <param name="Groups">Which of the cluster's node and its two groups are there, by path.</param>
/// <param name="Members">The nodes in the groups, by path.</param>
internal sealed record Announced(ImmutableHashSet<string> Groups, ImmutableDictionary<string, ZNode> Members)
{
    internal static Announced Nothing { get; } = new([], ImmutableDictionary<string, ZNode>.Empty);
}

/// <param name="Operations">The transaction, with a check of every member that stays; empty when there is nothing to change.</param>
/// <param name="After">What is announced once it is done.</param>
internal sealed record ServerSetChange(ImmutableArray<ZooKeeperOperation> Operations, Announced After);

/// <summary>From what is announced to what should be, as one transaction.</summary>
internal static class ServerSetDiff
{
    /// <summary>A promoted member is deleted from the slaves and created, with its name, as the master.</summary>
    internal static ServerSetChange Between(Announced now, ServerSet wanted, string clusterPath)
    {
        var target = Members(wanted, clusterPath);
        var deletes = new List<ZooKeeperOperation>();
        var changes = new List<ZooKeeperOperation>();
        var checks = new List<ZooKeeperOperation>();
        var after = now.Members.ToBuilder();
        foreach (var group in (string[])[clusterPath, MasterGroup(clusterPath), SlavesGroup(clusterPath)])
        {
            if (!now.Groups.Contains(group))
                changes.Add(new Create(group, default));
        }
        foreach (var (path, node) in now.Members.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            if (!target.TryGetValue(path, out var data))
            {
                deletes.Add(new Delete(path, node.Version));
                after.Remove(path);
            }
            else if (!node.Data.AsSpan().SequenceEqual(data))
            {
                changes.Add(new Set(path, data, node.Version));
                after[path] = new ZNode(data, node.Version + 1);
            }
            else
            {
                checks.Add(new Check(path, node.Version));
            }
        }
        foreach (var (path, data) in target.Where(member => !now.Members.ContainsKey(member.Key)).OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            changes.Add(new Create(path, data));
            after[path] = new ZNode(data, 0);
        }
        ImmutableArray<ZooKeeperOperation> operations = deletes.Count + changes.Count == 0 ? [] : [.. checks, .. deletes, .. changes];
        return new(operations, new(
            [clusterPath, MasterGroup(clusterPath), SlavesGroup(clusterPath)], after.ToImmutable()));
    }

    internal static string MasterGroup(string clusterPath) => clusterPath + "/master";

    internal static string SlavesGroup(string clusterPath) => clusterPath + "/slaves";

    private static Dictionary<string, byte[]> Members(ServerSet wanted, string clusterPath)
    {
        var all = wanted.Master is null ? wanted.Slaves : wanted.Slaves.Add(wanted.Master);
        if (all.GroupBy(member => member.Number).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"'{clusterPath}' cannot announce {twice.First().Name} twice.", nameof(wanted));
        return all.ToDictionary(
            member => $"{(member == wanted.Master ? MasterGroup(clusterPath) : SlavesGroup(clusterPath))}/{member.Name}",
            member => ServiceInstance.Of(member.Endpoint));
    }
}
