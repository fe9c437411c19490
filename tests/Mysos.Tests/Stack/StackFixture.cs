namespace Mysos.Tests.Stack;

/// <summary>One <c>mysos local</c> for all tests that do not stop it.</summary>
/// <param name="server">What its executors run; one of <see cref="Servers"/>.</param>
public abstract class StackFixture(string server) : IAsyncLifetime
{
    private MysosProcess? _mysos;
    private StackClient? _client;

    internal string Server => server;
    internal string WorkDir { get; } = Directory.CreateTempSubdirectory("mysos-stack-").FullName;

    /// <summary>Skips the test where there is no such server.</summary>
    internal StackClient Client
    {
        get
        {
            Servers.Need(server);
            return _client!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!Servers.IsThere(server))
            return;
        var port = MysosProcess.FreePort();
        _mysos = MysosProcess.Start(["local", "--port", $"{port}", "--work_dir", WorkDir, .. Servers.Options(server)]);
        _client = new StackClient(port);
        await _mysos.ReadyAsync(_client.Http);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_mysos is not null)
            await _mysos.DisposeAsync();
        MysosProcess.ProcessesOf(WorkDir).ShouldBeEmpty();
        Directory.Delete(WorkDir, recursive: true);
    }
}

[CollectionDefinition]
public sealed class MariaDbStack() : StackFixture(Servers.MariaDb), ICollectionFixture<MariaDbStack>;

[CollectionDefinition]
public sealed class MySqlStack() : StackFixture(Servers.MySql), ICollectionFixture<MySqlStack>;
