using System.Data.Common;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Simulator.MySql;

/// <summary>What a server, or the lack of one, answers.</summary>
internal sealed class AnsweredWithErrorException(string message) : DbException(message);

/// <summary>An executor's connection: each call takes a moment, and breaks when the server ends.</summary>
internal sealed class Connection(Server server, ProcessTime process, string from) : ServerConnection
{
    private readonly int _id = server.NewConnection();
    private bool _disposed;

    /// <summary>A login; it fails as MySqlConnector's does.</summary>
    public static Task<ServerConnection> OpenAsync(
        World world, Server? server, Account account, string from, ProcessTime process, TimeSpan timeout, CancellationToken cancellation)
    {
        var open = new TaskCompletionSource<ServerConnection>();
        var registration = cancellation.UnsafeRegister(_ => open.TrySetCanceled(cancellation), null);
        void Break() => Fail("the connection to mysqld broke");
        void End(Action end)
        {
            registration.Dispose();
            server?.Open.Remove(Break);
            if (!process.Ended)
                end();
        }
        void Fail(string why) => End(() => open.TrySetException(new AnsweredWithErrorException(why)));
        void Login() => End(() =>
        {
            if (server!.Ended)
                open.TrySetException(new AnsweredWithErrorException("connection refused"));
            else if (account.User != Accounts.Given.Admin.User && (!server.Disk.Accounts.TryGetValue(account.User, out var locked) || locked))
                open.TrySetException(new AnsweredWithErrorException($"access denied for '{account.User}'"));
            else
                open.TrySetResult(new Connection(server, process, from));
        });
        if (server is null)
        {
            world.Clock.After(world.Chance.Milliseconds(0.1, 0.5), () => Fail("connection refused"));
            return open.Task;
        }
        server.Open.Add(Break);
        server.After(world.Chance.Milliseconds(0.2, 1), Login);
        world.Clock.After(timeout, () => Fail("no greeting came"));
        return open.Task;
    }

    public override async Task ExecuteAsync(string sql, CancellationToken cancellation, int timeoutSeconds = 30) =>
        await RunAsync(sql, cancellation, timeoutSeconds).ConfigureAwait(false);

    public override async Task<T> QueryAsync<T>(
        string sql, Func<DbDataReader, CancellationToken, Task<T>> read, CancellationToken cancellation, int timeoutSeconds = 30)
    {
        await using var reader = new Reader(await RunAsync(sql, cancellation, timeoutSeconds).ConfigureAwait(false));
        return await read(reader, cancellation).ConfigureAwait(false);
    }

    public override ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private Task<IReadOnlyList<Result>> RunAsync(string sql, CancellationToken cancellation, int timeoutSeconds)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_disposed || server.Ended)
            throw new AnsweredWithErrorException("the connection is closed");
        var answer = new TaskCompletionSource<IReadOnlyList<Result>>();
        void Break() => End(() => answer.TrySetException(new AnsweredWithErrorException("the connection to mysqld broke")));
        var registration = cancellation.UnsafeRegister(_ => answer.TrySetCanceled(cancellation), null);
        server.Open.Add(Break);
        void End(Action end)
        {
            registration.Dispose();
            server.Open.Remove(Break);
            if (!process.Ended)
                end();
        }
        var world = server.World;
        server.After(world.Chance.Milliseconds(0.1, 0.6), () =>
        {
            if (world.Network.Reaches(from, server.Endpoint.Host))
                new Statements(server, _id).Run(sql, results => End(() => answer.TrySetResult(results)), why => End(() => answer.TrySetException(new AnsweredWithErrorException(why))));
        });
        // The client gives up; what the server does goes on.
        if (timeoutSeconds > 0 && (timeoutSeconds < 30 || !sql.StartsWith("SELECT", StringComparison.Ordinal)))
            world.Clock.After(TimeSpan.FromSeconds(timeoutSeconds), Break);
        return answer.Task;
    }
}
