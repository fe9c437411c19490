using Mysos.Core.Elections;

namespace Mysos.Tests.Elections;

public sealed class GtidPositionTests
{
    [Theory]
    [InlineData("0-1-100", "0-1-99", true)]
    [InlineData("0-1-99", "0-1-100", false)]
    [InlineData("0-2-100", "0-1-100", true)]
    [InlineData("0-1-5,1-1-1", "0-1-5", true)]
    [InlineData("0-1-5", "0-1-5,1-1-1", false)]
    [InlineData("", "", true)]
    [InlineData("0-1-1", null, true)]
    [InlineData(null, "0-1-1", false)]
    [InlineData("aa:1-10", "aa:1-9", true)]
    [InlineData("aa:1-9", "aa:1-10", false)]
    [InlineData("aa:1-4:6-10", "aa:1-10", false)]
    [InlineData("aa:1-5:6-10", "AA:1-10", true)]
    [InlineData("aa:1-10,\nbb:7", "bb:7", true)]
    [InlineData("aa:1-3:tag:1-5", "aa:tag:4", true)]
    public void Covers_ComparesWhatPositionsContain(string? one, string? other, bool covers) =>
        GtidPosition.Parse(one).Covers(GtidPosition.Parse(other)).ShouldBe(covers);

    [Fact]
    public void Union_HasBoth()
    {
        var union = GtidPosition.Parse("aa:1-5").Union(GtidPosition.Parse("aa:4-9,bb:1"));
        union.Covers(GtidPosition.Parse("aa:1-9,bb:1")).ShouldBeTrue();
        union.Count.ShouldBe(10);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("0-1")]
    [InlineData("aa:x-2")]
    public void Parse_NotAPosition_SaysWhatIsExpected(string text) =>
        Should.Throw<FormatException>(() => GtidPosition.Parse(text)).Message.ShouldContain("expected");
}
