using System.Text;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;
using Mysos.Tests.ZooKeeper;
using Shouldly;
using Xunit;

namespace Mysos.Tests.State;

/// <summary>What both stores promise.</summary>
public abstract class StateStoreTests : IAsyncLifetime
{
    protected IStateStore Store { get; set; } = null!;

    protected static CancellationToken Deadline => ZooKeeperFixture.Deadline();

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    protected abstract Task<IStateStore> ReopenAsync();

    [Fact]
    public async Task Load_NothingStored_IsEmpty() => (await Store.LoadAsync(Deadline)).ShouldBeEmpty();

    [Fact]
    public async Task Write_SomeDocuments_AreLoadedAgainWithTheirVersions()
    {
        (await Store.WriteAsync("scheduler", Json("""{ "id" : 1.50 }"""), -1, Deadline)).ShouldBe(0);
        (await Store.WriteAsync("clusters/a", Json("""{"a":"ä"}"""), -1, Deadline)).ShouldBe(0);
        (await Store.WriteAsync("clusters/b-1", Json("[]"), -1, Deadline)).ShouldBe(0);
        (await Store.WriteAsync("clusters/a", Json("""{"a":2}"""), 0, Deadline)).ShouldBe(1);
        (await Store.WriteAsync("clusters/a", Json("""{"a":3}"""), 1, Deadline)).ShouldBe(2);
        var documents = await (await ReopenAsync()).LoadAsync(Deadline);
        documents.ToDictionary(d => d.Key, d => (Encoding.UTF8.GetString(d.Value.Json), d.Value.Version)).ShouldBe(
            new Dictionary<string, (string, int)>
            {
                ["scheduler"] = ("""{ "id" : 1.50 }""", 0),
                ["clusters/a"] = ("""{"a":3}""", 2),
                ["clusters/b-1"] = ("[]", 0),
            }, ignoreOrder: true);
    }

    [Fact]
    public async Task Write_AnotherVersionThanStored_IsAConflict()
    {
        await Conflicts(Store.WriteAsync("clusters/a", Json("{}"), 0, Deadline));
        await Store.WriteAsync("clusters/a", Json("{}"), -1, Deadline);
        await Conflicts(Store.WriteAsync("clusters/a", Json("{}"), -1, Deadline));
        await Conflicts(Store.WriteAsync("clusters/a", Json("{}"), 1, Deadline));
        await Conflicts(Store.DeleteAsync("clusters/a", 1, Deadline));
        await Conflicts(Store.DeleteAsync("clusters/a", -1, Deadline));
    }

    [Fact]
    public async Task Delete_Document_IsGoneAndCanBeMadeAnew()
    {
        await Store.WriteAsync("clusters/a", Json("1"), -1, Deadline);
        await Store.DeleteAsync("clusters/a", 0, Deadline);
        await Store.DeleteAsync("clusters/a", 0, Deadline);
        await Store.DeleteAsync("clusters/never", -1, Deadline);
        (await Store.LoadAsync(Deadline)).ShouldBeEmpty();
        (await Store.WriteAsync("clusters/a", Json("2"), -1, Deadline)).ShouldBe(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("clusters/..")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b/c")]
    [InlineData("a\n")]
    public async Task Write_KeyThatIsNone_IsRefused(string key)
    {
        await Should.ThrowAsync<ArgumentException>(() => Store.WriteAsync(key, Json("{}"), -1, Deadline));
        await Should.ThrowAsync<ArgumentException>(() => Store.DeleteAsync(key, 0, Deadline));
    }

    protected static byte[] Json(string json) => Encoding.UTF8.GetBytes(json);

    private static async Task Conflicts(Task write) => (await Should.ThrowAsync<ConflictException>(() => write)).Key.ShouldBe("clusters/a");
}

public sealed class FileStateStoreTests : StateStoreTests
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mysos-state-");

    public override ValueTask InitializeAsync()
    {
        Store = new FileStateStore(_directory.FullName);
        return default;
    }

    public override ValueTask DisposeAsync()
    {
        ((FileStateStore)Store).Dispose();
        _directory.Delete(recursive: true);
        return default;
    }

    [Fact]
    public void Open_Twice_SaysThatAnotherSchedulerHasIt() =>
        Should.Throw<IOException>(() => new FileStateStore(_directory.FullName)).Message.ShouldContain("another scheduler");

    [Fact]
    public async Task Load_DamagedFile_IsNamed()
    {
        await Store.WriteAsync("clusters/a", Json("{}"), -1, Deadline);
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "clusters", "a.json"), "{\"version\":");
        (await Should.ThrowAsync<InvalidDataException>(() => Store.LoadAsync(Deadline))).Message.ShouldContain("clusters/a.json");
    }

    protected override async Task<IStateStore> ReopenAsync()
    {
        await Task.CompletedTask;
        ((FileStateStore)Store).Dispose();
        return Store = new FileStateStore(_directory.FullName);
    }
}

public sealed class ZooKeeperStateStoreTests(ZooKeeperFixture fixture) : StateStoreTests
{
    private ZooKeeperConnection _connection = null!;

    public override async ValueTask InitializeAsync()
    {
        _connection = new ZooKeeperConnection(await fixture.NewUrlAsync("mysos:secret"), TimeSpan.FromSeconds(10), TimeProvider.System);
        Store = new ZooKeeperStateStore(_connection);
    }

    public override async ValueTask DisposeAsync()
    {
        await _connection.RetryAsync(zk => zk.DeleteTreeAsync(_connection.Url.Path), Deadline);
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task Load_ThousandsOfDocuments_TakesSeconds()
    {
        var json = new byte[1000];
        Array.Fill(json, (byte)'1');
        await Store.WriteAsync("scheduler", json, -1, Deadline);
        await Task.WhenAll(Enumerable.Range(0, 3000).Select(i => Store.WriteAsync($"clusters/c{i}", json, -1, Deadline)));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        (await Store.LoadAsync(limit.Token)).Count.ShouldBe(3001);
    }

    [Fact]
    public async Task Write_LargeDocuments_AreStoredUpToTheLimitAndRefusedAbove()
    {
        var largest = new byte[ZooKeeperStateStore.LargestDocument];
        await Store.WriteAsync("clusters/large", largest, -1, Deadline);
        (await Store.LoadAsync(Deadline))["clusters/large"].Json.Length.ShouldBe(largest.Length);
        var error = await Should.ThrowAsync<ArgumentException>(() => Store.WriteAsync("clusters/large", new byte[largest.Length + 1], 0, Deadline));
        error.Message.ShouldContain("clusters/large");
        error.Message.ShouldContain("900001 bytes");
    }

    [Fact]
    public async Task Write_SessionExpires_GoesOnWithTheNext()
    {
        await Store.WriteAsync("scheduler", Json("1"), -1, Deadline);
        await ZooKeeperFixture.ExpireAsync(_connection.Url, await _connection.SessionAsync(Deadline));
        (await Store.WriteAsync("scheduler", Json("2"), 0, Deadline)).ShouldBe(1);
    }

    protected override async Task<IStateStore> ReopenAsync()
    {
        await _connection.DisposeAsync();
        _connection = new ZooKeeperConnection(
            ZooKeeperUrl.Parse($"zk://mysos:secret@{_connection.Url.ToString()["zk://".Length..]}"), TimeSpan.FromSeconds(10), TimeProvider.System);
        return Store = new ZooKeeperStateStore(_connection);
    }
}
