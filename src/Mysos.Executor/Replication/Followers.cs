using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>
/// The accounts that slaves replicate from this master with, one for each node. Whose account is locked, or whose node is gone,
/// is not let in.
/// </summary>
/// <param name="restored">The data come from a backup: such accounts in them have another cluster's password.</param>
internal sealed class Followers(IFlavor flavor, Accounts accounts, bool restored, ServerConnection connection, Log log)
{
    private Directive? _inOrderFor;

    public bool AreInOrder(Directive directive) => _inOrderFor is { } done
        && done.Followers.SequenceEqual(directive.Followers) && done.Barred.SequenceEqual(directive.Barred);

    /// <param name="writable">Everybody can write already, and goes on.</param>
    public async Task EnsureAsync(Directive directive, bool writable, CancellationToken cancellation)
    {
        var found = await FindAsync(cancellation).ConfigureAwait(false);
        var wanted = directive.Followers.Select(accounts.Follower).ToList();
        var let = directive.Followers.Except(directive.Barred).Select(n => accounts.Follower(n).User).ToHashSet(StringComparer.Ordinal);
        List<string> sql =
        [
            .. wanted.Where(a => !found.ContainsKey(a.User) || (restored && _inOrderFor is null)).Select(flavor.EnsureFollower),
            .. found.Keys.Union(wanted.Select(a => a.User)).Where(user => found.GetValueOrDefault(user) == let.Contains(user))
                .Select(user => flavor.Lock(user, !let.Contains(user))),
        ];
        if (sql.Count > 0 && !writable && flavor.OpenToAdministrators is { Length: > 0 } open)
            sql.Insert(0, open);
        if (sql.Count > 0)
            await connection.ExecuteAsync(string.Join("; ", sql), cancellation).ConfigureAwait(false);
        if (found.Count > let.Count || directive.Barred.Count > 0)
            await Clients.KillAsync(connection, flavor.FollowersBut(accounts, let), cancellation).ConfigureAwait(false);
        if (directive.Barred.Count > 0)
            log.Write($"May not replicate from here now: node {string.Join(", ", directive.Barred)}.");
        _inOrderFor = directive;
    }

    /// <summary>User → its account is locked.</summary>
    private Task<Dictionary<string, bool>> FindAsync(CancellationToken cancellation) =>
        connection.QueryAsync(flavor.FollowersSql(accounts), async (reader, token) =>
        {
            var found = new Dictionary<string, bool>(StringComparer.Ordinal);
            while (await RowReader.ReadAsync(reader, token).ConfigureAwait(false) is { } row)
                found[row.Text(0)!] = row.Flag(1);
            return found;
        }, cancellation);
}
