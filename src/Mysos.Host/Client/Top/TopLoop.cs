using System.Threading.Channels;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mysos.Host.Client.Top;

/// <summary>Keeps a screen up to date on a terminal, until a key ends it.</summary>
/// <param name="read">Looks at the clusters.</param>
/// <param name="readKey">The next key that was pressed; null: there is none yet.</param>
internal sealed class TopLoop(IAnsiConsole console, Func<CancellationToken, Task<Fleet>> read, Func<ConsoleKeyInfo?> readKey, TimeProvider time)
{
    private static readonly TimeSpan KeyPoll = TimeSpan.FromMilliseconds(50);

    private readonly Channel<Func<TopScreen, TopScreen>> _changes = Channel.CreateUnbounded<Func<TopScreen, TopScreen>>();

    public async Task RunAsync(TopScreen screen, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var ended = ending.Token.Register(() => _changes.Writer.TryComplete());
        var keys = Task.Run(() => WatchKeysAsync(ending), CancellationToken.None);
        var looks = Task.Run(() => LookAsync(screen.Every, ending.Token), CancellationToken.None);
        try
        {
            console.AlternateScreen(() => console.Live(Draw(screen)).AutoClear(true).StartAsync(async live =>
            {
                live.UpdateTarget(Draw(screen));
                await foreach (var change in _changes.Reader.ReadAllAsync(CancellationToken.None))
                {
                    screen = change(screen);
                    live.UpdateTarget(Draw(screen));
                }
            }).GetAwaiter().GetResult());
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(keys, looks);
        }
    }

    private IRenderable Draw(TopScreen screen) => screen.Draw(console.Profile.Width, console.Profile.Height);

    private async Task WatchKeysAsync(CancellationTokenSource ending)
    {
        while (!ending.IsCancellationRequested)
        {
            while (readKey() is { } key)
            {
                if (TopKeys.IsEnd(key))
                    await ending.CancelAsync();
                else
                    _changes.Writer.TryWrite(s => s.Scrolled(key.Key, console.Profile.Height));
            }
            await Task.Delay(KeyPoll, time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(TimeSpan every, CancellationToken ending)
    {
        while (true)
        {
            await Task.Delay(every, time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCancellationRequested)
                return;
            _changes.Writer.TryWrite(await NextAsync(ending));
        }
    }

    private async Task<Func<TopScreen, TopScreen>> NextAsync(CancellationToken ending)
    {
        try
        {
            var seen = await read(ending);
            return s => s with { Seen = seen, Problem = null };
        }
        catch (Exception e) when (e is MysosApiException or HttpRequestException or TaskCanceledException)
        {
            return s => s with { Problem = e is TaskCanceledException ? "the scheduler does not answer" : e.Message };
        }
    }
}
