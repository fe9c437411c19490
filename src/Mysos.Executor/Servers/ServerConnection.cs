using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using MySqlConnector;
using Mysos.Core.Protocol;

namespace Mysos.Executor.Servers;

/// <summary>
/// One connection to a mysqld. Not for use by two at once. What goes wrong is a <see cref="DbException"/>: the server's own
/// (<see cref="MySqlException"/>), or <see cref="ServerGoneException"/>.
/// </summary>
internal abstract class ServerConnection : IAsyncDisposable
{
    /// <summary>Through the unix socket.</summary>
    public static Task<ServerConnection> OpenAsync(string socket, Account account, TimeSpan timeout, CancellationToken cancellation) =>
        OpenAsync(new MySqlConnectionStringBuilder { Server = socket, ConnectionProtocol = MySqlConnectionProtocol.UnixSocket },
            account, timeout, cancellation);

    public static Task<ServerConnection> OpenAsync(Endpoint endpoint, Account account, TimeSpan timeout, CancellationToken cancellation) =>
        OpenAsync(new MySqlConnectionStringBuilder { Server = endpoint.Host, Port = (uint)endpoint.Port }, account, timeout, cancellation);

    private static async Task<ServerConnection> OpenAsync(
        MySqlConnectionStringBuilder to, Account account, TimeSpan timeout, CancellationToken cancellation)
    {
        to.UserID = account.User;
        to.Password = account.Password;
        to.Pooling = false;
        to.SslMode = MySqlSslMode.Disabled;
        to.AllowPublicKeyRetrieval = true;
        to.ServerRedirectionMode = MySqlServerRedirectionMode.Disabled;
        to.ConnectionTimeout = (uint)Math.Max(1, Math.Ceiling(timeout.TotalSeconds));
        to.DefaultCommandTimeout = 30;
        // A statement that is given up closes its connection: KILL QUERY would need a server that answers.
        to.CancellationTimeout = -1;
        var connection = new MySqlConnection(to.ConnectionString);
        try
        {
            await MySqlServerConnection.GoneAsync(() => connection.OpenAsync(cancellation)).ConfigureAwait(false);
            return new MySqlServerConnection(connection);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>One or more statements.</summary>
    public abstract Task ExecuteAsync(string sql, CancellationToken cancellation, int timeoutSeconds = 30);

    public abstract Task<T> QueryAsync<T>(
        string sql, Func<DbDataReader, CancellationToken, Task<T>> read, CancellationToken cancellation, int timeoutSeconds = 30);

    public abstract ValueTask DisposeAsync();

    /// <summary>The first row; null when there is none.</summary>
    public Task<RowReader?> RowAsync(string sql, CancellationToken cancellation, int timeoutSeconds = 30) =>
        QueryAsync(sql, RowReader.ReadAsync, cancellation, timeoutSeconds);

    /// <summary>One column of each row.</summary>
    public Task<List<string>> TextsAsync(string sql, string column, CancellationToken cancellation) => QueryAsync(sql, async (reader, token) =>
    {
        var texts = new List<string>();
        while (await RowReader.ReadAsync(reader, token).ConfigureAwait(false) is { } row)
            texts.Add(row.Text(column) ?? "");
        return texts;
    }, cancellation);

    /// <summary>The first column of each row, as whole numbers.</summary>
    public Task<List<long>> NumbersAsync(string sql, CancellationToken cancellation) => QueryAsync(sql, async (reader, token) =>
    {
        var numbers = new List<long>();
        while (await reader.ReadAsync(token).ConfigureAwait(false))
            numbers.Add(Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture));
        return numbers;
    }, cancellation);
}

internal sealed class MySqlServerConnection(MySqlConnection connection) : ServerConnection
{
    public override Task ExecuteAsync(string sql, CancellationToken cancellation, int timeoutSeconds = 30) => GoneAsync(async () =>
    {
        await using var command = Command(sql, timeoutSeconds);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    });

    public override async Task<T> QueryAsync<T>(
        string sql, Func<DbDataReader, CancellationToken, Task<T>> read, CancellationToken cancellation, int timeoutSeconds = 30)
    {
        T result = default!;
        await GoneAsync(async () =>
        {
            await using var command = Command(sql, timeoutSeconds);
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                result = await read(reader, cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return result;
    }

    public override ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>A write to a server that was killed fails in the socket, and MySqlConnector passes that on as it is.</summary>
    public static async Task GoneAsync(Func<Task> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new ServerGoneException(e);
        }
    }

    private MySqlCommand Command(string sql, int timeoutSeconds) => new(sql, connection) { CommandTimeout = timeoutSeconds };
}

/// <summary>The connection broke in the middle of a statement.</summary>
internal sealed class ServerGoneException(Exception cause) : DbException($"The connection to mysqld broke: {cause.Message}", cause);
