using System.CommandLine;
using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Commands;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mysos.Host.Client.Top;

/// <summary><c>mysos top</c>: all clusters, those with problems first, live on a terminal; elsewhere once.</summary>
internal static class TopCommand
{
    private const int EventsShown = 5;
    private static readonly TimeSpan KeyPoll = TimeSpan.FromMilliseconds(50);

    public static ClientCommand Create(CommandIo io)
    {
        var interval = new Option<string>("--interval") { Description = "How often it is looked at again. [default: 2s]", HelpName = "TIME" };
        interval.Validators.Add(given =>
        {
            if (given.Tokens is [var token] && !(Durations.TryParse(token.Value, out var time) && time >= TimeSpan.FromMilliseconds(100)))
                given.AddError($"--interval is '{token.Value}', not a time such as 2s, of 100 ms at least.");
        });
        return new ClientCommand(io, "top", "Shows all clusters live, those with problems first; q ends it. What is no terminal gets the list once.") { interval }.Does(call =>
        {
            Durations.TryParse(call.Parsed.GetValue(interval) ?? "2s", out var every);
            return io.IsTerminal && !call.Json ? LiveAsync(call, every) : OnceAsync(call);
        });
    }

    private static async Task<int> OnceAsync(ClientCall call) =>
        await call.PrintAsync(await call.Api.ListAsync(call.Cancellation), clusters => ClusterText.List([.. TopOrder.Of(clusters)]));

    private static async Task<int> LiveAsync(ClientCall call, TimeSpan every)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(call.Io.Out) });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        // What is wrong at the first look ends the command; later, it is shown until it is over.
        var screen = new TopScreen(await ReadAsync(call), call.Address.ToString(), every);
        var keys = Task.Run(() => WatchKeysAsync(call.Io.Time, ending), ending.Token);
        console.AlternateScreen(() => console.Live(Draw(screen, console)).AutoClear(true).StartAsync(async live =>
        {
            while (!ending.IsCancellationRequested)
            {
                live.UpdateTarget(Draw(screen, console));
                await Task.Delay(every, call.Io.Time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!ending.IsCancellationRequested)
                    screen = await NextAsync(call, screen, ending.Token);
            }
        }).GetAwaiter().GetResult());
        await keys;
        return ExitCodes.Ok;
    }

    private static IRenderable Draw(TopScreen screen, IAnsiConsole console) => screen.Draw(console.Profile.Width, console.Profile.Height);

    private static async Task<TopScreen> NextAsync(ClientCall call, TopScreen last, CancellationToken ending)
    {
        try
        {
            return last with { Seen = await ReadAsync(call with { Cancellation = ending }), Problem = null };
        }
        catch (Exception e) when (e is MysosApiException or HttpRequestException or TaskCanceledException)
        {
            return last with { Problem = e is TaskCanceledException ? "the scheduler does not answer" : e.Message };
        }
    }

    private static async Task<Fleet> ReadAsync(ClientCall call)
    {
        var clusters = await call.Api.ListAsync(call.Cancellation);
        var events = await call.Api.EventsAsync(string.Create(CultureInfo.InvariantCulture, $"?last={EventsShown}"), call.Cancellation);
        return new Fleet([.. TopOrder.Of(clusters.Value)], events.Value, call.Io.Time.GetUtcNow());
    }

    private static async Task WatchKeysAsync(TimeProvider time, CancellationTokenSource ending)
    {
        while (!ending.IsCancellationRequested)
        {
            if (Console.KeyAvailable && Console.ReadKey(intercept: true).KeyChar is 'q' or 'Q' or '\u001b')
                await ending.CancelAsync();
            await Task.Delay(KeyPoll, time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <param name="Events">The newest, oldest first.</param>
internal sealed record Fleet(IReadOnlyList<ClusterView> Clusters, IReadOnlyList<FleetEvent> Events, DateTimeOffset At);
