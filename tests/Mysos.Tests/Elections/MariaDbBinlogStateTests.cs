using Mysos.Core.Elections;

namespace Mysos.Tests.Elections;

public sealed class MariaDbBinlogStateTests
{
    [Theory]
    [InlineData("0-1-4,0-2-6", "0-1-4", null)]
    [InlineData("0-1-4,0-2-6", "0-2-6", null)]
    [InlineData("0-1-4,0-2-6", "0-1-5", "0-1-5")]
    [InlineData("0-1-10,0-2-9", "0-2-10", "0-2-10")]
    [InlineData("0-1-4", "0-1-4,1-1-1", "1-1-1")]
    [InlineData("", "0-1-1", "0-1-1")]
    [InlineData("0-1-4", "", null)]
    [InlineData("0-1-4", null, null)]
    public void Missing_APosition_IsTheTransactionThatTheServerNeverHad(string state, string? position, string? missing) =>
        MariaDbBinlogState.Missing(state, position).ShouldBe(missing);

    [Fact]
    public void Missing_OfAnotherNotation_SaysWhatIsExpected() =>
        Should.Throw<FormatException>(() => MariaDbBinlogState.Missing("0-1-4", "uuid:1-5")).Message.ShouldContain("domain-server-sequence");
}
