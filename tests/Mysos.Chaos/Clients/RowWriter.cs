using System.Data.Common;
using MySqlConnector;

namespace Mysos.Chaos.Clients;

/// <summary>One client: a row at a time, on the master that it was told of last.</summary>
/// <param name="user">Of the cluster.</param>
/// <param name="password">The user's.</param>
/// <param name="pace">The time between two rows.</param>
/// <param name="next">The next row's number.</param>
/// <param name="acknowledged">Told of each row that the server has said is committed, however late.</param>
internal sealed class RowWriter(string user, string password, TimeSpan pace, Func<long> next, Action<long> acknowledged)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(50);
    private const uint PatienceSeconds = 6;

    private readonly Lock _lock = new();
    private string? _target;
    private TaskCompletionSource _turned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _paused;
    private TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _abandoned = Task.CompletedTask;

    /// <summary>There is another master: what is under way on the old one is left alone.</summary>
    public void Turn((string Host, int Port) master) => Turn(new MySqlConnectionStringBuilder
    {
        Server = master.Host, Port = (uint)master.Port, UserID = user, Password = password, Pooling = false, ConnectionTimeout = PatienceSeconds,
        DefaultCommandTimeout = PatienceSeconds, CancellationTimeout = -1, AllowPublicKeyRetrieval = true,
    });

    /// <summary>The server is reached over its Unix socket.</summary>
    public void TurnToSocket(string path) => Turn(new MySqlConnectionStringBuilder
    {
        Server = path, ConnectionProtocol = MySqlConnectionProtocol.UnixSocket, UserID = user, Password = password, Pooling = false,
        ConnectionTimeout = PatienceSeconds, DefaultCommandTimeout = PatienceSeconds, CancellationTimeout = -1, AllowPublicKeyRetrieval = true,
    });

    /// <summary>Completes when nothing is under way any more; or lets it go on.</summary>
    public async Task PauseAsync(bool pause)
    {
        Task idle = Task.CompletedTask;
        lock (_lock)
        {
            if (pause && _paused is null)
            {
                _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            if (pause)
                idle = _paused!.Task;
            else if (_paused is not null)
            {
                _paused = null;
                _resumed.SetResult();
            }
        }
        await idle;
    }

    public async Task RunAsync()
    {
        while (true)
        {
            var (target, turned) = Current();
            if (target is null)
            {
                await turned;
                continue;
            }
            var session = WriteAsync(target, turned);
            await Task.WhenAny(session, turned);
            // A statement that hangs on the old master must not keep this client from the new one.
            if (!session.IsCompleted)
                _abandoned = Task.WhenAll(_abandoned, session);
        }
    }

    private void Turn(MySqlConnectionStringBuilder target)
    {
        lock (_lock)
        {
            _target = target.ConnectionString;
            _turned.SetResult();
            _turned = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private (string? Target, Task Turned) Current()
    {
        lock (_lock)
            return (_target, _turned.Task);
    }

    private async Task WriteAsync(string target, Task turned)
    {
        try
        {
            await using var connection = new MySqlConnection(target);
            await connection.OpenAsync();
            while (!turned.IsCompleted)
            {
                await WaitWhilePausedAsync();
                var row = next();
                await using var insert = new MySqlCommand($"INSERT INTO chaos.t VALUES ({row}, CONCAT('row ', {row}))", connection);
                await insert.ExecuteNonQueryAsync();
                acknowledged(row);
                await Task.Delay(pace, TimeProvider.System);
            }
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or IOException or ObjectDisposedException)
        {
            await Task.WhenAny(turned, Task.Delay(AfterFailure, TimeProvider.System));
            if (!turned.IsCompleted)
                await WaitWhilePausedAsync();
        }
    }

    private async Task WaitWhilePausedAsync()
    {
        while (true)
        {
            TaskCompletionSource? paused;
            Task resumed;
            lock (_lock)
                (paused, resumed) = (_paused, _resumed.Task);
            if (paused is null)
                return;
            await _abandoned.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            paused.TrySetResult();
            await resumed;
        }
    }
}
