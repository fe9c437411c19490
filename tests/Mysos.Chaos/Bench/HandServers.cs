using System.Diagnostics;
using System.Globalization;
using Mysos.Chaos.Stack;
using Mysos.Core.Elections;
using Mysos.Core.Processes;
using MySqlConnector;

namespace Mysos.Chaos.Bench;

/// <summary>
/// The floor: a master and two slaves of the same server program with the options that Mysos gives it, on the same tmpfs, without Mysos; the
/// first slave acknowledges. What Mysos does in a failover is done to them by hand.
/// </summary>
internal sealed class HandServers : IAsyncDisposable
{
    public const string User = "hand";
    public const string Password = "a-hand-password";
    /// <summary>Who writes: read-only holds for it.</summary>
    private const string Client = "client";
    private const int FirstPort = 40001;
    private static readonly string[] Own = ["datadir", "socket", "port", "bind", "pid", "log_error", "init", "report", "server_id", "user", "tmpdir", "secure_file_priv"];

    private readonly Statements _statements;
    private readonly string _directory;
    private readonly Process[] _processes = new Process[3];
    private readonly MySqlConnection[] _connections = new MySqlConnection[3];

    private HandServers(Statements statements, string directory) => (_statements, _directory) = (statements, directory);

    /// <param name="statements">Of the program.</param>
    /// <param name="program">The server program.</param>
    /// <param name="options">The option file of a server that Mysos runs.</param>
    /// <param name="template">A data directory that was just initialized.</param>
    public static async Task<HandServers> StartAsync(Statements statements, string program, string options, string template)
    {
        var servers = new HandServers(statements, Directory.CreateDirectory($"/run/hand-{Guid.NewGuid():n}").FullName);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(n => servers.StartAsync(n, program, options, template)));
        await servers.ExecuteAsync(0, $"{statements.ReadOnlyOff}; CREATE DATABASE d; CREATE TABLE d.t (i BIGINT AUTO_INCREMENT PRIMARY KEY, v INT)");
        await servers.ExecuteAsync(1, statements.Acknowledge);
        for (var slave = 1; slave <= 2; slave++)
            await servers.ExecuteAsync(slave, statements.Follow($"{Network.Center}", FirstPort));
        await servers.CaughtUpAsync(1);
        await servers.CaughtUpAsync(2);
        await servers.ExecuteAsync(0, statements.MasterWaits);
        return servers;
    }

    /// <summary>Milliseconds from the last acknowledged row before <c>kill -9</c> of the master to the first one after.</summary>
    public Task<double> KillAsync() => OutageAsync(async () =>
    {
        _processes[0].Kill();
        await _processes[0].WaitForExitAsync();
        await PromoteAsync();
    });

    /// <summary>The slave that acknowledges, unless the other one has more.</summary>
    private async Task<(int Heir, int Other)> HeirAsync() =>
        GtidPosition.Parse(await ReceivedAsync(1)).Covers(GtidPosition.Parse(await ReceivedAsync(2))) ? (1, 2) : (2, 1);

    /// <summary>The same, of a change of master that was asked for.</summary>
    public Task<double> SwitchAsync() => OutageAsync(async () =>
    {
        await ExecuteAsync(0, _statements.ReadOnlyOn);
        var last = await TextAsync(0, _statements.Executed);
        await TextAsync(1, _statements.Await(last.Replace("\n", "", StringComparison.Ordinal)));
        await PromoteAsync();
    });

    /// <summary>Rows a second that eight clients have acknowledged, with and without waiting for the slave.</summary>
    public async Task<(double With, double Without)> ThroughputAsync(TimeSpan length)
    {
        var with = await RowsPerSecondAsync(length);
        await ExecuteAsync(0, _statements.MasterWaitsNot);
        var without = await RowsPerSecondAsync(length);
        await ExecuteAsync(0, _statements.MasterWaits);
        return (with, without);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(_directory, recursive: true);
    }

    private async Task PromoteAsync()
    {
        await Task.WhenAll(ExecuteAsync(1, _statements.StopReceiving), ExecuteAsync(2, _statements.StopReceiving));
        var (heir, other) = await HeirAsync();
        await TextAsync(heir, _statements.Await(await ReceivedAsync(heir)));
        await ExecuteAsync(heir, $"{_statements.Detach}; {_statements.MasterWaits}; {_statements.ReadOnlyOff}");
        await ExecuteAsync(other, $"{_statements.Acknowledge}; {_statements.Detach}; {_statements.Follow($"{Network.Center}", FirstPort + heir)}");
    }

    /// <summary>A client writes; when it cannot, it tries one slave after the other.</summary>
    private async Task<double> OutageAsync(Func<Task> act)
    {
        var (acknowledged, longest) = (0, TimeSpan.Zero);
        var (over, problem) = (false, "no answer");
        var writing = Task.Run(async () =>
        {
            long? last = null;
            for (var port = FirstPort; !Volatile.Read(ref over); port = port == FirstPort + 1 ? FirstPort + 2 : FirstPort + 1)
            {
                try
                {
                    await using var client = await OpenAsync(port, Client);
                    while (!Volatile.Read(ref over))
                    {
                        await using var insert = new MySqlCommand("INSERT INTO d.t (v) VALUES (1)", client);
                        await insert.ExecuteNonQueryAsync();
                        var now = Stopwatch.GetTimestamp();
                        if (last is { } before && Stopwatch.GetElapsedTime(before, now) is var gap && gap > longest)
                            longest = gap;
                        last = now;
                        Interlocked.Increment(ref acknowledged);
                    }
                }
                catch (MySqlException e)
                {
                    Volatile.Write(ref problem, $"{port}: {e.Message}");
                    await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
                }
            }
        });
        try
        {
            await RowsAsync(100);
            longest = TimeSpan.Zero;
            await act();
            await RowsAsync(20);
        }
        finally
        {
            Volatile.Write(ref over, true);
            await writing;
        }
        return longest.TotalMilliseconds;

        async Task RowsAsync(int more)
        {
            var wanted = Volatile.Read(ref acknowledged) + more;
            if (!await Eventually.IsAsync(() => Task.FromResult(Volatile.Read(ref acknowledged) >= wanted), TimeSpan.FromSeconds(30)))
                throw new TimeoutException($"The servers that were started by hand take no writes: {problem}");
        }
    }

    private static async Task<double> RowsPerSecondAsync(TimeSpan length)
    {
        var clock = Stopwatch.StartNew();
        var rows = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            await using var client = await OpenAsync(FirstPort, Client);
            var done = 0;
            for (; clock.Elapsed < length; done++)
            {
                await using var insert = new MySqlCommand("INSERT INTO d.t (v) VALUES (1)", client);
                await insert.ExecuteNonQueryAsync();
            }
            return done;
        })));
        return rows.Sum() / clock.Elapsed.TotalSeconds;
    }

    private async Task StartAsync(int number, string program, string options, string template)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, $"{number}")).FullName;
        await Shell.RunAsync("cp", ["-a", template, $"{directory}/data"]);
        // Each MySQL server makes itself a name of its own.
        File.Delete($"{directory}/data/auto.cnf");
        var kept = File.ReadLines(options).Where(l => !Own.Any(o => l.StartsWith(o, StringComparison.Ordinal)));
        var config = string.Create(CultureInfo.InvariantCulture, $"""
            {string.Join('\n', kept)}
            datadir={directory}/data
            socket={directory}/s
            pid_file={directory}/pid
            log_error={directory}/mysqld.err
            port={FirstPort + number}
            bind_address={Network.Center}
            server_id={number + 1}
            user=root
            init_file={directory}/init.sql

            """);
        await File.WriteAllTextAsync($"{directory}/my.cnf", config);
        await File.WriteAllTextAsync($"{directory}/init.sql", $"""
            SET sql_log_bin=0;
            CREATE USER '{User}'@'%' IDENTIFIED BY '{Password}';
            GRANT ALL PRIVILEGES ON *.* TO '{User}'@'%' WITH GRANT OPTION;
            CREATE USER '{Client}'@'%' IDENTIFIED BY '{Password}';
            GRANT SELECT, INSERT ON d.* TO '{Client}'@'%';

            """);
        var start = new ProcessStartInfo(program);
        start.ArgumentList.Add($"--defaults-file={directory}/my.cnf");
        _processes[number] = await ChildProcesses.StartAsync(start, ownSession: true);
        MySqlConnection? connection = null;
        if (!await Eventually.IsAsync(async () => (connection = await TryOpenAsync(FirstPort + number)) is not null, TimeSpan.FromSeconds(60)))
            throw new TimeoutException($"A server that was started by hand does not answer: {string.Join('\n', File.ReadLines($"{directory}/mysqld.err").TakeLast(5))}");
        _connections[number] = connection!;
    }

    private async Task CaughtUpAsync(int slave)
    {
        var master = await TextAsync(0, _statements.Executed);
        await TextAsync(slave, _statements.Await(master.Replace("\n", "", StringComparison.Ordinal)));
    }

    private async Task<string> ReceivedAsync(int slave)
    {
        await using var command = new MySqlCommand(_statements.Status, _connections[slave]);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return reader.GetString(reader.GetOrdinal(_statements.Received)).Replace("\n", "", StringComparison.Ordinal);
    }

    private async Task ExecuteAsync(int server, string sql)
    {
        await using var command = new MySqlCommand(sql, _connections[server]);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<string> TextAsync(int server, string sql)
    {
        await using var command = new MySqlCommand(sql, _connections[server]);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) ?? "";
    }

    private static async Task<MySqlConnection?> TryOpenAsync(int port)
    {
        try
        {
            return await OpenAsync(port);
        }
        catch (MySqlException)
        {
            return null;
        }
    }

    private static async Task<MySqlConnection> OpenAsync(int port, string user = User)
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder
        {
            Server = $"{Network.Center}", Port = (uint)port, UserID = user, Password = Password, Pooling = false, ConnectionTimeout = 5, AllowPublicKeyRetrieval = true,
        }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
