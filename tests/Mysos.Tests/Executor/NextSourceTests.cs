using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Protocol;
using Mysos.Executor.Replication;

namespace Mysos.Tests.Executor;

public sealed class NextSourceTests
{
    private static readonly Endpoint First = new("10.0.0.1", 3306);
    private static readonly Endpoint Second = new("10.0.0.2", 3306);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Again_IsMillisecondsForASecond_OfEachMasterAnew()
    {
        var next = new NextSource(_time);
        next.Again(First).ShouldBe(TimeSpan.FromMilliseconds(5));
        _time.Advance(TimeSpan.FromMilliseconds(999));
        next.Again(First).ShouldBe(TimeSpan.FromMilliseconds(5));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        next.Again(First).ShouldBe(TimeSpan.FromMilliseconds(200));
        next.Again(Second).ShouldBe(TimeSpan.FromMilliseconds(5));
    }

    [Fact]
    public void LeftToOthers_EndsAfterATenthOfASecond_AndBeginsAnewOnceItWasFollowed()
    {
        var next = new NextSource(_time);
        next.LeftToOthers(First).ShouldBe(TimeSpan.FromMilliseconds(100));
        _time.Advance(TimeSpan.FromMilliseconds(70));
        next.LeftToOthers(First).ShouldBe(TimeSpan.FromMilliseconds(30));
        _time.Advance(TimeSpan.FromMilliseconds(30));
        next.LeftToOthers(First).ShouldBe(TimeSpan.Zero);
        next.Reached();
        next.LeftToOthers(First).ShouldBe(TimeSpan.FromMilliseconds(100));
    }
}
