using Mysos.Core.Protocol;

namespace Mysos.Executor.Servers;

/// <summary>How a node logs in to mysqlds. What goes wrong is a <see cref="System.Data.Common.DbException"/>.</summary>
internal interface ILogins
{
    /// <summary>Where clients on this machine reach the node's own mysqld.</summary>
    Endpoint Local { get; }

    private static readonly TimeSpan AloneTimeout = TimeSpan.FromSeconds(2);

    /// <summary>One or more statements to the node's own mysqld, on a connection of their own, however long they take.</summary>
    async Task ExecuteAloneAsync(Account account, string sql, CancellationToken cancellation)
    {
        await using var own = await OpenAsync(account, AloneTimeout, cancellation).ConfigureAwait(false);
        await own.ExecuteAsync(sql, cancellation, timeoutSeconds: 0).ConfigureAwait(false);
    }

    /// <summary>To the node's own mysqld, through its socket.</summary>
    Task<ServerConnection> OpenAsync(Account account, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Over the network.</summary>
    Task<ServerConnection> OpenAsync(Endpoint endpoint, Account account, TimeSpan timeout, CancellationToken cancellation);
}
