using Mysos.Core.ZooKeeper;
using Shouldly;
using Xunit;

namespace Mysos.Tests.ZooKeeper;

public sealed class ZooKeeperUrlTests
{
    [Fact]
    public void Parse_AllParts_AreTaken()
    {
        var url = ZooKeeperUrl.Parse("zk://mysos:p:a@ss@h1:2181,h2:2182/a/mysos");
        url.Hosts.ShouldBe(["h1:2181", "h2:2182"]);
        url.ConnectString.ShouldBe("h1:2181,h2:2182");
        url.Path.ShouldBe("/a/mysos");
        url.Credentials.ShouldBe("mysos:p:a@ss");
        url.ToString().ShouldBe("zk://h1:2181,h2:2182/a/mysos");
        url.At("state/x").ShouldBe("/a/mysos/state/x");
    }

    [Theory]
    [InlineData("zk://h", "/", "zk://h:2181")]
    [InlineData("zk://h/", "/", "zk://h:2181")]
    [InlineData("zk://h:1/x/", "/x", "zk://h:1/x")]
    [InlineData("zk://[::1]:2181/x", "/x", "zk://[::1]:2181/x")]
    [InlineData("zk://[::1],h/x", "/x", "zk://[::1]:2181,h:2181/x")]
    public void Parse_PartsLeftOut_HaveDefaults(string text, string path, string shown)
    {
        var url = ZooKeeperUrl.Parse(text);
        url.Path.ShouldBe(path);
        url.ToString().ShouldBe(shown);
        url.Credentials.ShouldBeNull();
    }

    [Fact]
    public void At_NoPath_IsAtTheTop() => ZooKeeperUrl.Parse("zk://h").At("state").ShouldBe("/state");

    [Theory]
    [InlineData(null, "'zk://'")]
    [InlineData("", "'zk://'")]
    [InlineData("http://h:1/", "'zk://'")]
    [InlineData("zk:///x", "host:port")]
    [InlineData("zk://h:1,,h:2", "host:port")]
    [InlineData("zk://h:0", "'h:0'")]
    [InlineData("zk://h:66000", "'h:66000'")]
    [InlineData("zk://h:1:2", "'h:1:2'")]
    [InlineData("zk://::1", "'::1'")]
    [InlineData("zk://[::1", "'[::1'")]
    [InlineData("zk://h//x", "empty name")]
    [InlineData("zk://h/a/../b", "'..'")]
    [InlineData("zk://hunter2@h", "user:password")]
    [InlineData("zk://user:hun/ter2@h", "'/'")]
    public void TryParse_Mistakes_AreNamedWithoutCredentials(string? text, string said)
    {
        ZooKeeperUrl.TryParse(text, out var url, out var error).ShouldBeFalse();
        url.ShouldBeNull();
        error.ShouldContain(said);
        error.ShouldContain("zk://user:password@host1");
        error.ShouldNotContain("hun");
        Should.Throw<FormatException>(() => ZooKeeperUrl.Parse(text!)).Message.ShouldBe(error);
    }
}
