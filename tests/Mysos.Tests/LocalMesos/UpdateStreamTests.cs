using Mysos.Core.Mesos;
using Mysos.LocalMesos.Agents;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;

namespace Mysos.Tests.LocalMesos;

public sealed class UpdateStreamTests
{
    private static readonly TaskStatus Starting = Update(1, TaskState.Starting);
    private static readonly TaskStatus Running = Update(2, TaskState.Running);
    private static readonly TaskStatus Finished = Update(3, TaskState.Finished);

    [Fact]
    public void Add_WhileOneIsInFlight_WaitsForItsAcknowledgement()
    {
        var stream = new UpdateStream();

        stream.Add(Starting, At(0)).ShouldBe(Starting);
        stream.Add(Running, At(0)).ShouldBeNull();
        stream.LatestState.ShouldBe(TaskState.Running);
        stream.Acknowledge(Running.Uuid!, At(1), out _).ShouldBeFalse();
        stream.Acknowledge(Starting.Uuid!, At(1), out var next).ShouldBeTrue();
        next.ShouldBe(Running);
        stream.Acknowledge(Starting.Uuid!, At(1), out _).ShouldBeFalse();
    }

    [Fact]
    public void Retry_WithoutAcknowledgement_After10And20And40Seconds()
    {
        var stream = new UpdateStream();
        stream.Add(Starting, At(0));

        stream.Retry(At(9.999)).ShouldBeNull();
        stream.Retry(At(10)).ShouldBe(Starting);
        stream.RetryAt.ShouldBe(At(30));
        stream.Retry(At(30)).ShouldBe(Starting);
        stream.RetryAt.ShouldBe(At(70));
    }

    [Fact]
    public void Retry_ForHours_IsNeverFurtherThanTenMinutesApart()
    {
        var stream = new UpdateStream();
        stream.Add(Starting, At(0));

        for (var i = 0; i < 20; i++)
        {
            var due = stream.RetryAt!.Value;
            stream.Retry(due).ShouldBe(Starting);
            (stream.RetryAt!.Value - due).ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(10));
        }
    }

    [Fact]
    public void Acknowledge_OfATerminalUpdate_DropsWhatCameAfterIt()
    {
        var stream = new UpdateStream();
        stream.Add(Finished, At(0));
        stream.Add(Running, At(0));

        stream.LatestState.ShouldBe(TaskState.Finished);
        stream.Acknowledge(Finished.Uuid!, At(1), out var next).ShouldBeTrue();

        next.ShouldBeNull();
        stream.IsFinished.ShouldBeTrue();
        stream.RetryAt.ShouldBeNull();
    }

    [Fact]
    public void Add_TheSameUuidTwice_IsOneUpdate()
    {
        var stream = new UpdateStream();
        stream.Add(Starting, At(0));
        stream.Add(Starting, At(0)).ShouldBeNull();

        stream.Acknowledge(Starting.Uuid!, At(1), out var next);

        next.ShouldBeNull();
    }

    [Fact]
    public void Resume_AfterLongRetries_StartsThemAnew()
    {
        var stream = new UpdateStream(TaskState.Running, [Starting, Running], Running);
        stream.RetryAt.ShouldBeNull();

        stream.Resume(At(100)).ShouldBe(Starting);

        stream.RetryAt.ShouldBe(At(110));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TaskStatus Update(byte number, string state) =>
        new() { TaskId = new TaskId("t"), State = state, Uuid = [.. Enumerable.Repeat(number, 16)] };
}
