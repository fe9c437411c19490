using MySqlConnector;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>The owner's account: the master makes it, and slaves get it by replication.</summary>
/// <param name="formerUser">The owner in the backup that the data come from; null: they come from none.</param>
internal sealed class Owner(
    IFlavor flavor, Accounts known, string? formerUser, ServerConnection connection, ILogins logins, ReplicatedChanges changes)
{
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(2);
    private Accounts _accounts = known;
    private bool _ready;
    private bool _changed;

    /// <summary>The account is still to be made, and <see cref="EnsureAsync"/> is to be called again.</summary>
    public bool Pending { get; private set; }

    /// <summary>It has another password from now on; a master gives it to it.</summary>
    public void Take(Accounts accounts) => (_accounts, _ready, _changed, Pending) = (accounts, false, true, false);

    /// <summary>A server that takes writes had the owner in order before it did.</summary>
    public bool IsInOrder(ServerState state) => _ready || (state.Writable && (!_changed || Pending));

    /// <summary>
    /// Whether the owner can log in here. On a slave the account comes by replication, so it may not be there yet, or a restored
    /// one with the former owner's password.
    /// </summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        _ready = _ready || await FindAsync(cancellation).ConfigureAwait(false);
        return _ready;
    }

    /// <summary>Looks whether somebody has dropped the account, changed its password or taken its rights since it was in order.</summary>
    public async Task AuditAsync(CancellationToken cancellation)
    {
        if (!Pending && !await FindAsync(cancellation).ConfigureAwait(false))
            (_ready, _changed) = (false, true);
    }

    public async Task EnsureAsync(ServerState state, CancellationToken cancellation)
    {
        // Only together with the owner's first account: later, an account of that name is one that the owner made.
        if (formerUser is not null && formerUser != _accounts.Cluster.User && _accounts.Version == 0)
            await connection.ExecuteAsync(flavor.DropAccount(formerUser), cancellation).ConfigureAwait(false);
        Pending = !await changes.MakeAsync(flavor.EnsureOwner(_accounts.Cluster, state.Writable), state.AckersAwaited > 0, cancellation).ConfigureAwait(false);
        if (!Pending)
            (_ready, _changed) = (true, false);
    }

    private async Task<bool> FindAsync(CancellationToken cancellation)
    {
        var row = await connection.RowAsync(flavor.OwnerIsReadySql(_accounts.Cluster), cancellation).ConfigureAwait(false);
        if (row?.Flag(0) != true)
            return false;
        if (flavor.PasswordShows)
            return true;
        try
        {
            await using var login = await logins.OpenAsync(logins.Local, _accounts.Cluster, LoginTimeout, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.AccessDenied)
        {
            return false;
        }
    }
}
