using System.Data.Common;
using Mysos.Core.Protocol;
using Mysos.Executor.Backups;

namespace Mysos.Executor.Servers;

/// <summary>What MariaDB and MySQL say differently. Statements only; who runs them, and when, is the same for both.</summary>
internal interface IFlavor
{
    /// <summary><c>MariaDB</c> or <c>MySQL</c>.</summary>
    string Name { get; }

    /// <summary>Lines of <c>[mysqld]</c> that the other flavor does not have.</summary>
    IEnumerable<string> Options(long memoryMb);

    /// <summary>The program and arguments that make an empty data directory at <paramref name="directory"/>.</summary>
    (string Program, IReadOnlyList<string> Arguments) Initialize(string mysqld, string directory, bool asRoot);

    /// <summary>
    /// A start after which the server is sure to follow a master that has all acknowledged writes: what it wrote and nobody
    /// acknowledged is cut off. Null where nothing can be.
    /// </summary>
    SlaveStart? StartAsSlave { get; }

    /// <summary>
    /// Makes the accounts anew, one statement a line, without a trace in the binary log. No other account of the
    /// installation remains.
    /// </summary>
    /// <param name="hostName">This machine's, which accounts of the installation may be named after.</param>
    /// <param name="systemUser">The operating system's user that the executor and mysqld run as.</param>
    IReadOnlyList<string> InitFile(Accounts accounts, string hostName, string systemUser);

    /// <summary>Answers with what <see cref="ReadStateAsync"/> reads.</summary>
    string ObserveSql { get; }
    Task<ServerState> ReadStateAsync(DbDataReader reader, CancellationToken cancellation);

    /// <summary>One row: read-only (0 or 1), GTIDs executed or in the binary log, the binary log's state. Asked of a master with the replication account.</summary>
    string SourceSql { get; }
    /// <summary>One row: by what GTIDs name this server as their writer, and those that it has executed.</summary>
    string OwnSql { get; }
    /// <summary>Whether the server of that name wrote this GTID, or these of one source.</summary>
    bool IsBy(string id, string gtid);

    /// <summary>Ids of connections that are neither the server's, nor the accounts', nor the asking one.</summary>
    string ClientsSql(Accounts accounts);

    /// <summary>
    /// Rows: user, 1 when it is locked, 1 when it has all its rights (whoever makes an account can end in between), of all accounts whose names begin with that
    /// of <see cref="Accounts.Replication"/>.
    /// </summary>
    string FollowersSql(Accounts accounts);
    /// <summary>Makes a follower's account, or gives it its password and rights back. Replicated.</summary>
    string EnsureFollower(Account follower);
    /// <summary>Locks an account, or unlocks it, on this server only.</summary>
    string Lock(string user, bool on);
    /// <summary>Ids of followers' connections, but for those of <paramref name="users"/>.</summary>
    string FollowersBut(Accounts accounts, IEnumerable<string> users) =>
        $"SELECT id FROM information_schema.processlist WHERE {SqlText.BeginsWith("user", accounts.Replication.User)} "
        + $"AND user NOT IN ('', {string.Join(", ", users.Select(SqlText.Literal).DefaultIfEmpty("''"))})";
    /// <summary>Run before accounts are made on a server that is not writable yet; so only administrators can write.</summary>
    string OpenToAdministrators { get; }

    /// <summary>Ids of connections whose commits wait for an acknowledgement.</summary>
    string WaitingSql => "SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for semi-sync ACK%'";

    /// <summary>One row, name and number: how many slaves that acknowledge are connected to this master.</summary>
    string AckersConnectedSql { get; }

    /// <summary>One row, name and number.</summary>
    string ConnectionsSql => "SHOW GLOBAL STATUS LIKE 'Threads_connected'";

    string ReadOnly(bool on);
    /// <summary>Commits wait for so many acknowledgements; 0: for none. Takes effect at once.</summary>
    string Await(int ackers);
    /// <summary>At most one row: the operating system's number of the thread that hears acknowledgements. Null: no wait of it has to be ended.</summary>
    string? AckReceiverSql { get; }
    /// <summary>
    /// A commit that changes nothing, made behind those that wait: its acknowledgement ends their waits too. Another one with the same number waits
    /// for it. Null: it would not come as far as the binary log while others wait.
    /// </summary>
    Func<long, string>? EmptyCommit { get; }
    /// <summary>Takes effect at once, also on a receiver that runs.</summary>
    string SemiSyncReplica(bool on, bool receiving);
    string StopReceiving { get; }
    /// <summary>Starts what does not run, for a replica that is set up.</summary>
    string StartReplication { get; }
    /// <summary>At most one row: the id of the thread that applies. Null: it stops at once when it is told to.</summary>
    string? ApplierSql { get; }
    /// <summary>Stops, and forgets the source and the relay logs.</summary>
    string Detach { get; }
    /// <summary>Applies what the relay log holds at once, without receiving, and without throwing any of it away.</summary>
    /// <param name="replica">Applying has stopped where it says.</param>
    string StartApplying(ReplicaState replica);
    string StopApplying { get; }
    /// <summary>Another delay, on a replica that receives. Null where it means to attach again.</summary>
    string? SetDelay(int seconds);
    /// <summary>Steps over the transaction that applying stopped at because it has been applied before; null: never needed.</summary>
    string? SkipApplied { get; }
    /// <summary>Returns at once or after <paramref name="seconds"/>: one row, 0 when everything of <paramref name="gtids"/> is applied.</summary>
    string AwaitApplied(string gtids, double seconds);
    /// <param name="delaySeconds">What it receives is applied so long after the source did.</param>
    string Attach(Endpoint source, Account replication, ServerState state, int delaySeconds);

    /// <summary>One row: how many accounts there are of this name, from everywhere.</summary>
    string AccountSql(string user) => $"SELECT COUNT(*) FROM mysql.user WHERE User={SqlText.Literal(user)} AND Host='%'";

    /// <summary>One row, 1: the account exists with its rights, and as far as <see cref="PasswordShows"/> says, with this password.</summary>
    string OwnerIsReadySql(Account owner);
    /// <summary>A password can be compared with what is stored; otherwise only a login shows whether it is right.</summary>
    bool PasswordShows { get; }
    /// <summary>Creates the owner's account or gives it its password and rights back. Replicated.</summary>
    /// <param name="writable">Everybody can write already, and goes on.</param>
    string EnsureOwner(Account owner, bool writable);
    /// <summary>Makes a server on a copy of another's data, a node's or one in a backup, its own: it stands at <paramref name="gtids"/>, as master or as slave, and follows nobody.</summary>
    /// <param name="gtids">Null where the copy knows them itself.</param>
    string TakeCopyOver(string? gtids);
    /// <summary>A node's executor, not its mysqld, gives copies to others.</summary>
    bool StreamsCopies { get; }
    string DropAccount(string user);

    /// <summary>A physical copy of the running server; returns its GTIDs, or null where the copy knows them itself.</summary>
    Task<string?> CopyAsync(CopyOrder order, CancellationToken cancellation);
}

/// <param name="Options">Of mysqld.</param>
/// <param name="Renumber">
/// Gives the started server another number, its GTIDs staying: what was cut off may have to be copied back from another server,
/// and a slave leaves out what its own number wrote.
/// </param>
internal sealed record SlaveStart(IReadOnlyList<string> Options, Func<uint, string> Renumber);
