using Mysos.Core.Protocol;

namespace Mysos.Executor.Servers;

/// <summary>How a node logs in to mysqlds. What goes wrong is a <see cref="System.Data.Common.DbException"/>.</summary>
internal interface ILogins
{
    /// <summary>Where clients on this machine reach the node's own mysqld.</summary>
    Endpoint Local { get; }

    /// <summary>To the node's own mysqld, through its socket.</summary>
    Task<ServerConnection> OpenAsync(Account account, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Over the network.</summary>
    Task<ServerConnection> OpenAsync(Endpoint endpoint, Account account, TimeSpan timeout, CancellationToken cancellation);
}
