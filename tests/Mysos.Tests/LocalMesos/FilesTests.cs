using Mysos.Core.Mesos;
using Mysos.LocalMesos.Containers;

namespace Mysos.Tests.LocalMesos;

/// <summary>What of an agent's files others may read.</summary>
public sealed class FilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mysos-files-").FullName;
    private readonly SandboxPaths _paths;
    private readonly string _sandbox;

    public FilesTests()
    {
        _paths = new SandboxPaths(Path.Combine(_directory, "agent1"), new AgentId("S0"));
        _sandbox = new Sandboxes(_paths).Create(new FrameworkId("F"), new ExecutorId("e"), new ContainerId("c"));
        File.WriteAllText(Path.Combine(_sandbox, "stdout"), "0123456789");
        File.WriteAllText(_paths.Record, "secret");
        File.WriteAllText(Path.Combine(_directory, "outside"), "secret");
    }

    private AgentFiles Files => new(_paths);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Browse_OfASandbox_ListsItsFilesByPath()
    {
        var files = Files.Browse(_sandbox)!;

        files.Select(file => Path.GetFileName(file.Path)).ShouldBe(["stderr", "stdout"]);
        files[1].Size.ShouldBe(10);
        files[1].Mode.ShouldStartWith("-rw");
        files[1].User.ShouldBe(Environment.UserName);
    }

    [Theory]
    [InlineData(2L, 3, 2, "234")]
    [InlineData(8L, 100, 8, "89")]
    [InlineData(0L, null, 0, "0123456789")]
    [InlineData(20L, null, 20, "")]
    [InlineData(null, null, 10, "")]
    public void Read_OfAPart_TellsItAndWhereItBegins(long? offset, int? length, long begin, string text) =>
        Files.Read(Path.Combine(_sandbox, "stdout"), offset, length).ShouldBe((begin, text));

    [Fact]
    public void Read_OfWhatOtherUsersMayNotRead_IsRefused()
    {
        File.SetUnixFileMode(Path.Combine(_sandbox, "stdout"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Files.Read(Path.Combine(_sandbox, "stdout"), 0, null).ShouldBeNull();
    }

    [Fact]
    public void Read_OfWhatIsOutside_IsRefused_HoweverItIsCalled()
    {
        File.CreateSymbolicLink(Path.Combine(_sandbox, "link"), Path.Combine(_directory, "outside"));
        Directory.CreateSymbolicLink(Path.Combine(_sandbox, "up"), _directory);
        Directory.CreateDirectory(_paths.Volume("mysos", "v1"));
        File.WriteAllText(Path.Combine(_paths.Volume("mysos", "v1"), "file"), "secret");
        Directory.CreateSymbolicLink(Path.Combine(_sandbox, "data"), _paths.Volume("mysos", "v1"));

        foreach (var path in new[]
        {
            _paths.Record, Path.Combine(_directory, "outside"), Path.Combine(_sandbox, "link"), Path.Combine(_sandbox, "up", "outside"),
            Path.Combine(_sandbox, "data", "file"),
            Path.Combine(_sandbox, "../../../../../../../../agent.json"), Path.Combine(_directory, "agent1/slaves/../agent.json"),
            "agent.json", "/etc/passwd",
        })
        {
            Files.Read(path, 0, null).ShouldBeNull(path);
        }
        Files.Browse(Path.Combine(_sandbox, "up")).ShouldBeNull();
        Files.Browse("/").ShouldBeNull();
    }
}
