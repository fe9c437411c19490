using System.Data.Common;
using MySqlConnector;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Nodes;

/// <summary>
/// Whether a slave hears its master: by what replication brings, which is a heartbeat twice a second at least, and once
/// nothing comes, by logins of its own.
/// </summary>
internal sealed class SourceWatch(ILogins logins, Func<Accounts> accounts, int node, TimeProvider time)
{
    /// <summary>Without anything from the master, it is looked at more closely.</summary>
    private static readonly TimeSpan Suspicious = TimeSpan.FromSeconds(0.65);
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(0.5);

    private (Endpoint Source, string Heard)? _last;
    private long _heardAt;
    private Task<string?>? _login;
    private string? _refused;

    /// <summary>Null: it hears its master, or follows none.</summary>
    public TimeSpan? SilentFor => _last is not null && time.GetElapsedTime(_heardAt) is var silent && silent >= Suspicious ? silent : null;

    /// <summary>How the last login failed; null: it did not, or there was none.</summary>
    public string? Refused => SilentFor is null ? null : _refused;

    public void Look(ServerState state)
    {
        if (state.Replica is not { Receiver: not ReceiverState.Stopped } replica)
        {
            _last = null;
            return;
        }
        if (_last != (replica.Source, replica.Heard))
            (_last, _heardAt, _refused) = ((replica.Source, replica.Heard), time.GetTimestamp(), null);
        if (SilentFor is null || _login is { IsCompleted: false })
            return;
        if (_login is not null)
            _refused = _login.Result;
        _login = LoginAsync(replica.Source);
    }

    private async Task<string?> LoginAsync(Endpoint source)
    {
        try
        {
            await TryAsync(source).WaitAsync(LoginTimeout, time).ConfigureAwait(false);
            return null;
        }
        catch (MySqlException e) when (e.SqlState is { Length: > 0 })
        {
            // It says no, so it is there.
            return null;
        }
        catch (DbException e)
        {
            return e.Message;
        }
        catch (TimeoutException)
        {
            return $"no answer within {LoginTimeout.TotalMilliseconds:F0} ms";
        }
    }

    private async Task TryAsync(Endpoint source)
    {
        var master = await logins.OpenAsync(source, accounts().Follower(node), LoginTimeout, CancellationToken.None).ConfigureAwait(false);
        await master.DisposeAsync().ConfigureAwait(false);
    }
}
