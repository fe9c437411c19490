using Mysos.Executor.Replication;
using Mysos.Executor.Servers;

namespace Mysos.Tests.Executor;

public sealed class StallTests
{
    private static ServerState At(int row, string unended = "") =>
        new() { ReadOnly = false, Writable = true, Executed = $"0-1-{row}", Unended = unended, AckersAwaited = 1, SemiSyncReplica = false };

    [Fact]
    public void StandsStill_ItIsTheSame() => Stall.At(At(1)).ShouldSatisfyAllConditions(s => s.Next(At(1)).ShouldBe(s), s => s.Next(At(1))!.Next(At(1)).ShouldBe(s));

    [Theory]
    [InlineData(2, "")]
    [InlineData(1, "u:7")]
    public void MovesOn_ItIsAnother(int row, string unended) =>
        Stall.At(At(1)).ShouldSatisfyAllConditions(s => s.Next(At(row, unended)).ShouldNotBeNull(), s => s.Next(At(row, unended)).ShouldNotBe(s));

    [Fact]
    public void MovesOnAgainAndAgain_ItIsNone()
    {
        Stall? stall = Stall.At(At(1));
        for (var row = 2; row <= 4; row++)
            stall = stall!.Next(At(row));
        stall.ShouldNotBeNull();
        stall.Next(At(5)).ShouldBeNull();
    }
}
