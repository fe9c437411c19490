using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>
/// The accounts that slaves replicate from this master with, one for each node. Whose account is locked, or whose node is gone,
/// is not let in.
/// </summary>
/// <param name="restored">The data come from a backup: such accounts in them have another cluster's password.</param>
/// <param name="end">Kills mysqld.</param>
internal sealed class Followers(
    IFlavor flavor, Accounts accounts, bool restored, ServerConnection connection, ReplicatedChanges changes, Action end, TimeProvider time, Log log)
{
    /// <summary>In which accounts are locked and unlocked, unless a change of some account keeps that waiting.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private Directive? _inOrderFor;

    /// <summary>Accounts are still to be made, and <see cref="EnsureAsync"/> is to be called again.</summary>
    public bool Pending { get; private set; }

    public bool AreInOrder(Directive directive) => _inOrderFor is { } done
        && done.Followers.SequenceEqual(directive.Followers) && done.Barred.SequenceEqual(directive.Barred);

    /// <summary>
    /// Who is barred is locked out and cut off when this returns; that others can log in may take longer. A change of an account, whoever makes it,
    /// waits for its acknowledgement with all accounts locked, and the one who would give it may be the one who is to be locked out, or let in again: then mysqld
    /// is killed, which tells nobody that the change is done.
    /// </summary>
    public async Task EnsureAsync(Directive directive, ServerState state, CancellationToken cancellation)
    {
        var ensuring = ChangeAsync(directive, state, cancellation);
        if (state.AckersAwaited > 0)
            await ensuring.WaitAsync(Patience, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        if (state.AckersAwaited > 0 && !ensuring.IsCompleted)
        {
            log.Write("mysqld is killed: no account can be locked, since a change of one waits for an acknowledgement.");
            end();
        }
        await ensuring.ConfigureAwait(false);
    }

    private async Task ChangeAsync(Directive directive, ServerState state, CancellationToken cancellation)
    {
        var found = await FindAsync(cancellation).ConfigureAwait(false);
        var wanted = directive.Followers.Except(directive.Barred).Select(accounts.Follower).ToList();
        var let = wanted.Select(a => a.User).ToHashSet(StringComparer.Ordinal);
        var locks = found.Where(account => account.Value.Locked == let.Contains(account.Key)).Select(account => flavor.Lock(account.Key, !let.Contains(account.Key))).ToList();
        var make = wanted.Where(a => !IsWhole(a.User, found) || (restored && _inOrderFor is null)).Select(flavor.EnsureFollower).ToList();
        if (locks.Count + make.Count > 0 && !state.Writable && flavor.OpenToAdministrators is { Length: > 0 } open)
            locks.Insert(0, open);
        if (locks.Count > 0)
            await connection.ExecuteAsync(string.Join("; ", locks), cancellation).ConfigureAwait(false);
        if (found.Count > let.Count || directive.Barred.Count > 0)
            await Clients.KillAsync(connection, flavor.FollowersBut(accounts, let), cancellation).ConfigureAwait(false);
        if (directive.Barred.Count > 0)
            log.Write($"May not replicate from here now: node {string.Join(", ", directive.Barred)}.");
        Pending = make.Count > 0 && !await changes.MakeAsync(string.Join("; ", make), state.AckersAwaited > 0, cancellation).ConfigureAwait(false);
        _inOrderFor = directive;
    }

    /// <summary>
    /// A node that clones this slave's data logs in with its account, which may be locked here since this server was master. As a master
    /// it looks at all of them again before it takes writes.
    /// </summary>
    public async Task LetInAsync(int node, CancellationToken cancellation)
    {
        _inOrderFor = null;
        var user = accounts.Follower(node).User;
        if (!(await FindAsync(cancellation).ConfigureAwait(false)).GetValueOrDefault(user).Locked)
            return;
        log.Write($"May log in again, for a copy: node {node}.");
        await connection.ExecuteAsync($"{flavor.OpenToAdministrators}; {flavor.Lock(user, false)}; {flavor.ReadOnly(true)}", cancellation).ConfigureAwait(false);
    }

    /// <summary>Looks whether somebody has dropped one of the accounts, locked or unlocked one, or taken its rights, since they were in order.</summary>
    public async Task AuditAsync(CancellationToken cancellation)
    {
        if (_inOrderFor is not { } directive || Pending)
            return;
        var found = await FindAsync(cancellation).ConfigureAwait(false);
        var let = directive.Followers.Except(directive.Barred).Select(n => accounts.Follower(n).User).ToList();
        if (let.Exists(user => !IsWhole(user, found)) || found.Any(account => account.Value.Locked == let.Contains(account.Key)))
            _inOrderFor = null;
    }

    private static bool IsWhole(string user, Dictionary<string, (bool Locked, bool HasRights)> found) => found.TryGetValue(user, out var account) && account.HasRights;

    /// <summary>By user.</summary>
    private Task<Dictionary<string, (bool Locked, bool HasRights)>> FindAsync(CancellationToken cancellation) =>
        connection.QueryAsync(flavor.FollowersSql(accounts), async (reader, token) =>
        {
            var found = new Dictionary<string, (bool, bool)>(StringComparer.Ordinal);
            while (await RowReader.ReadAsync(reader, token).ConfigureAwait(false) is { } row)
                found[row.Text(0)!] = (row.Flag(1), row.Flag(2));
            return found;
        }, cancellation);
}
