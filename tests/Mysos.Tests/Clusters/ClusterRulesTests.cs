using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Clusters;

public sealed class ClusterRulesTests
{
    [Theory]
    [InlineData("1kb", 1)]
    [InlineData("1024kb", 1)]
    [InlineData("1025kb", 2)]
    [InlineData("512mb", 512)]
    [InlineData("512MB", 512)]
    [InlineData("2Gb", 2048)]
    [InlineData("1.5gb", 1536)]
    [InlineData("0.5mb", 1)]
    [InlineData("1tb", 1048576)]
    [InlineData("007mb", 7)]
    public void Amount_ThatIsOne_IsReadInMiB(string text, long mb) => SizeText.Parse(text).ShouldBe(mb);

    [Theory]
    [InlineData("")]
    [InlineData("512")]
    [InlineData("mb")]
    [InlineData(".5gb")]
    [InlineData("5.gb")]
    [InlineData("1,5gb")]
    [InlineData("-1gb")]
    [InlineData("+1gb")]
    [InlineData("1 gb")]
    [InlineData(" 1gb")]
    [InlineData("1gb ")]
    [InlineData("1gib")]
    [InlineData("1g")]
    [InlineData("1b")]
    [InlineData("1pb")]
    [InlineData("1e3mb")]
    [InlineData("٣gb")]
    [InlineData("1.2.3gb")]
    [InlineData("99999999999999999999tb")]
    [InlineData("999999999999999999tb")]
    public void Amount_ThatIsNone_IsRefused(string text) => SizeText.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(512, "512mb")]
    [InlineData(1536, "1536mb")]
    [InlineData(2048, "2gb")]
    [InlineData(1048576, "1tb")]
    [InlineData(0, "0mb")]
    public void Amount_IsWritten_WithTheLargestWholeUnit(long mb, string text)
    {
        SizeText.Format(mb).ShouldBe(text);
        SizeText.Parse(text).ShouldBe(mb);
    }

    [Fact]
    public void Size_WithMissingKeys_TakesTheDefaults()
    {
        ClusterSizeText.Parse("{}").ShouldBe(ClusterSize.Default);
        ClusterSizeText.Parse(ClusterSizeText.Example).ShouldBe(ClusterSize.Default);
        ClusterSizeText.Parse("""{"disk":"3gb"}""").ShouldBe(new ClusterSize(1, 512, 3072));
        ClusterSizeText.Parse("""{"cpus":"0.25","mem":"1.5GB"}""").ShouldBe(new ClusterSize(0.25, 1536, 2048));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("test_cluster3")]
    [InlineData("a-b_c-")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123")]
    public void Name_ThatIsOne_Passes(string name) => ClusterRules.CheckName(name).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("A")]
    [InlineData("-a")]
    [InlineData("_a")]
    [InlineData("a\n")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("a1234567890123456789012345678901234567890123456789012345678901234")]
    public void Name_ThatIsNone_IsRefused(string? name) => ClusterRules.CheckName(name)!.Field.ShouldBe("cluster_name");

    [Fact]
    public void User_OfTheAdministration_IsTaken()
    {
        ClusterRules.CheckUser("Ops", "ops")!.Detail.ShouldContain("another name");
        ClusterRules.CheckUser("ops", "other").ShouldBeNull();
        ClusterRules.CheckUser("mysos", null).ShouldBeNull();
        ClusterRules.CheckUser("A.b-c_9", null).ShouldBeNull();
    }

    [Fact]
    public void Limits_AreInclusive()
    {
        ClusterRules.CheckNumNodes(1).ShouldBeNull();
        ClusterRules.CheckNumNodes(100).ShouldBeNull();
        ClusterRules.CheckNumNodes(101)!.Detail.ShouldContain("100");
        ClusterRules.CheckSize(new ClusterSize(0.1, 256, 512)).ShouldBeNull();
        ClusterRules.CheckSize(new ClusterSize(double.NaN, 256, 512)).ShouldNotBeNull();
        ClusterRules.CheckSize(new ClusterSize(0.1, 255, 512))!.Detail.ShouldContain("256mb");
        ClusterRules.CheckPassword(new string('p', 128)).ShouldBeNull();
        ClusterRules.CheckPassword("pä ß😀'\"`\\").ShouldBeNull();
        ClusterRules.CheckPassword(new string('p', 129)).ShouldNotBeNull();
        ClusterRules.CheckBackupId("foo/bar:201503122000").ShouldBeNull();
    }
}
