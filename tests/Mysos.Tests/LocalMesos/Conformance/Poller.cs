using Mysos.Tests.Mesos;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>
/// Asks again and again, as the recorder did while servers started, until the answer is another than the last that was
/// noted: then it is the noted one, and at its time.
/// </summary>
internal sealed class Poller(World world, RequestMaker requests, AnswerComparison answers)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan SameTime = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<string, TraceLine> _before = [];

    public async Task<IReadOnlyList<string>> DifferencesAsync(TraceLine line)
    {
        var before = _before.GetValueOrDefault(line.Who);
        _before[line.Who] = line;
        var (differences, isOld) = await AskAsync(line, before);
        while (isOld && world.Clock.Now < line.At)
        {
            await world.AdvanceToAsync(world.Clock.Now + Interval < line.At ? world.Clock.Now + Interval : line.At);
            (differences, isOld) = await AskAsync(line, before);
        }
        // What has begun by then needs no more time of the scenario.
        using var deadline = new CancellationTokenSource(Patience);
        while (isOld && !deadline.IsCancellationRequested)
            (differences, isOld) = await AskAsync(line, before);
        if (differences.Count == 0 && line.At - world.Clock.Now > SameTime)
            differences = [$"came before: at {world.Clock.Now.TotalMilliseconds:F0} ms"];
        await world.AdvanceToAsync(line.At);
        return differences;
    }

    /// <summary>How the answer differs from the line, and whether it is still the one before.</summary>
    private async Task<(IReadOnlyList<string> Differences, bool IsOld)> AskAsync(TraceLine line, TraceLine? before)
    {
        using var poll = requests.Poll(line.Who);
        await world.ReachAsync(() => poll.Answer.IsCompleted, $"{line}: no answer");
        var differences = await CompareAsync(line, poll);
        return (differences, differences.Count > 0 && before is not null && (await CompareAsync(before, poll)).Count == 0);
    }

    private async Task<IReadOnlyList<string>> CompareAsync(TraceLine line, ReplayConnection poll)
    {
        if (line.Status is null)
            return poll.WasRefused ? [] : ["the request was not refused"];
        return poll.WasRefused ? ["the request was refused"] : await answers.DifferencesAsync(line, await poll.Answer);
    }
}
