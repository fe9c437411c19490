using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Executor.Data;
using Mysos.Executor.Nodes;
using Mysos.Executor.Servers;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Executor;

public sealed class RestartsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void AfterEnd_FiveWithinAMinute_WaitsLongerEachTimeThenGivesUp()
    {
        var restarts = new Restarts();
        Enumerable.Range(0, 5).Select(i => restarts.AfterEnd(Start.AddSeconds(10 * i))?.TotalSeconds)
            .ShouldBe([0, 1, 2, 4, null]);
    }

    [Fact]
    public void AfterEnd_OnceAMinute_NeverGivesUpNorWaits()
    {
        var restarts = new Restarts();
        Enumerable.Range(0, 20).Select(i => restarts.AfterEnd(Start.AddSeconds(61 * i))).ShouldAllBe(wait => wait == TimeSpan.Zero);
    }
}

public sealed class OrdersTests
{
    private static Directive Order(long version, long epoch, string task = "t") =>
        new() { TaskId = task, Version = version, Epoch = epoch, Role = DirectedRole.Master };

    [Theory]
    [InlineData(4, 2)]
    [InlineData(6, 1)]
    public void Take_LowerVersionOrEpoch_IsIgnored(long version, long epoch)
    {
        var orders = new Orders("t", TimeProvider.System);
        orders.Take(Order(5, 2)).ShouldBeTrue();
        orders.Take(Order(version, epoch)).ShouldBeFalse();
        orders.Current!.Version.ShouldBe(5);
    }

    [Fact]
    public void Take_OtherTasks_IsIgnored() => new Orders("t", TimeProvider.System).Take(Order(1, 1, "another")).ShouldBeFalse();

    [Fact]
    public void Forget_UntilItComesAgain_HasNone()
    {
        var orders = new Orders("t", TimeProvider.System);
        orders.Take(Order(5, 2));
        orders.Forget();
        orders.Current.ShouldBeNull();
        orders.Take(Order(4, 2)).ShouldBeFalse();
        orders.Current.ShouldBeNull();
        orders.Take(Order(5, 2)).ShouldBeTrue();
        orders.Current.ShouldNotBeNull();
    }

    [Fact]
    public void Changed_TakenBefore_Completes()
    {
        var orders = new Orders("t", TimeProvider.System);
        var changed = orders.Changed;
        orders.Take(Order(1, 1));
        changed.IsCompleted.ShouldBeTrue();
        orders.Changed.IsCompleted.ShouldBeFalse();
    }
}

public sealed class BackupIdTests
{
    [Theory]
    [InlineData("foo/bar:201503122000", "foo/bar/201503122000")]
    [InlineData("a:202611231805", "a/202611231805")]
    [InlineData("A_b-c.d/e:202611231805", "A_b-c.d/e/202611231805")]
    public void Parse_GoodId_NamesItsDirectory(string id, string directory)
    {
        BackupId.Parse(id).RelativeDirectory.ShouldBe(directory);
        BackupId.Parse(id).ToString().ShouldBe(id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("foo")]
    [InlineData(":201503122000")]
    [InlineData("/foo:201503122000")]
    [InlineData("foo/:201503122000")]
    [InlineData("foo//bar:201503122000")]
    [InlineData("../foo:201503122000")]
    [InlineData("foo/..:201503122000")]
    [InlineData("foo/./bar:201503122000")]
    [InlineData("foo bar:201503122000")]
    [InlineData("foo:20150312200")]
    [InlineData("foo:201513122000")]
    [InlineData("foo:2015-0312-20")]
    [InlineData("föö:201503122000")]
    public void TryParse_BadId_SaysWhatWouldBeOne(string id)
    {
        BackupId.TryParse(id, out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull().ShouldContain($"'{id}'");
    }

    [Fact]
    public void Create_ClusterAndTime_IsInUtc() =>
        BackupId.Create("shop", new DateTimeOffset(2026, 11, 23, 20, 5, 59, TimeSpan.FromHours(2))).ToString().ShouldBe("shop:202611231805");
}

public sealed class ExecutorEnvironmentTests
{
    [Theory]
    [InlineData("15mins", 900)]
    [InlineData("5secs", 5)]
    [InlineData("2.5secs", 2.5)]
    [InlineData("500ms", 0.5)]
    [InlineData("1days", 86400)]
    [InlineData("0ns", 0)]
    public void TryParseDuration_AsMesosPrints_IsRead(string text, double seconds)
    {
        ExecutorEnvironment.TryParseDuration(text, out var duration).ShouldBeTrue();
        duration.TotalSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("15")]
    [InlineData("secs")]
    [InlineData("1 secs")]
    [InlineData("-1secs")]
    [InlineData("1e9weeks")]
    public void TryParseDuration_AnythingElse_IsNot(string text) => ExecutorEnvironment.TryParseDuration(text, out _).ShouldBeFalse();
}

public sealed class SqlTextTests
{
    [Theory]
    [InlineData("simple", "'simple'")]
    [InlineData("o'hara", "'o''hara'")]
    [InlineData(@"back\slash", @"'back\\slash'")]
    [InlineData(@"\'; DROP", @"'\\''; DROP'")]
    public void Literal_AnyText_IsQuoted(string text, string literal) => SqlText.Literal(text).ShouldBe(literal);

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("nul\0")]
    public void Literal_ControlCharacter_IsRefused(string text) => Should.Throw<FormatException>(() => SqlText.Literal(text));
}

public sealed class ServerProgramTests
{
    [Theory]
    [InlineData("mariadbd  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)", "MariaDB", "10.11.6")]
    [InlineData("mysqld  Ver 10.6.16-MariaDB for Linux on x86_64 (MariaDB Server)", "MariaDB", "10.6.16")]
    [InlineData("/usr/sbin/mysqld  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)", "MySQL", "8.0.36")]
    [InlineData("/tree/usr/sbin/mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))", "MySQL", "9.7.4")]
    public void TryParse_VersionLine_KnowsTheFlavor(string line, string flavor, string version)
    {
        ServerProgram.TryParse(line, out var found, out var number).ShouldBeTrue();
        (found.Name, number).ShouldBe((flavor, version));
    }

    [Fact]
    public void TryParse_SomethingElse_IsRefused() => ServerProgram.TryParse("bash: no such file", out _, out _).ShouldBeFalse();
}

public sealed class NodeMarkerTests
{
    [Fact]
    public void NewServerId_SameNodeLater_IsAnother()
    {
        var now = new DateTimeOffset(2026, 11, 23, 20, 0, 0, TimeSpan.Zero);
        NodeMarker.NewServerId(3, now).ShouldNotBe(NodeMarker.NewServerId(3, now.AddSeconds(1)));
        NodeMarker.NewServerId(3, now).ShouldNotBe(NodeMarker.NewServerId(4, now));
        (NodeMarker.NewServerId(3, now) & 0xFFF).ShouldBe(3u);
        NodeMarker.NewServerId(0, DateTimeOffset.UnixEpoch).ShouldBe(1u);
    }
}
