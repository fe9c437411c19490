namespace Mysos.Core.Mesos;

/// <summary>
/// The order of calls about offers. Answers to offers go out side by side; a REVIVE or SUPPRESS follows all answers before
/// it and precedes those after it: one that overtook the DECLINE before it would be outlived by that one's filter.
/// </summary>
internal sealed class OfferCalls : IDisposable
{
    private const int SideBySide = 16;
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _answers = [];
    private readonly SemaphoreSlim _places = new(SideBySide, SideBySide);
    private Task _turn = Task.CompletedTask;

    public Task RunAsync(string? type, Func<Task> call) => type switch
    {
        "ACCEPT" or "DECLINE" => Answer(call),
        "REVIVE" or "SUPPRESS" => Turn(call),
        _ => call(),
    };

    public void Dispose() => _places.Dispose();

    private Task Answer(Func<Task> call)
    {
        lock (_gate)
        {
            var mine = AfterAsync(_turn, async () =>
            {
                await _places.WaitAsync().ConfigureAwait(false);
                try
                {
                    await call().ConfigureAwait(false);
                }
                finally
                {
                    _places.Release();
                }
            });
            if (!mine.IsCompleted && _answers.Add(mine))
                _ = ForgetAsync(mine);
            return mine;
        }
    }

    private Task Turn(Func<Task> call)
    {
        lock (_gate)
            return _turn = AfterAsync(Task.WhenAll([_turn, .. _answers]), call);
    }

    private async Task ForgetAsync(Task answer)
    {
        await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            _answers.Remove(answer);
    }

    private static async Task AfterAsync(Task before, Func<Task> call)
    {
        // Whoever made the call before learns whether it failed.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await call().ConfigureAwait(false);
    }
}
