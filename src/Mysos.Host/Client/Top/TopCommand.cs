using System.CommandLine;
using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Commands;
using Spectre.Console;

namespace Mysos.Host.Client.Top;

/// <summary><c>mysos top</c>: all clusters, those with problems first, live on a terminal; elsewhere once.</summary>
internal static class TopCommand
{
    private const int EventsShown = 5;

    public static ClientCommand Create(CommandIo io)
    {
        var interval = new Option<string>("--interval") { Description = "How often it is looked at again. [default: 2s]", HelpName = "TIME" };
        interval.Validators.Add(given =>
        {
            if (given.Tokens is [var token] && !(Durations.TryParse(token.Value, out var time) && time >= TimeSpan.FromMilliseconds(100)))
                given.AddError($"--interval is '{token.Value}', not a time such as 2s, of 100 ms at least.");
        });
        return new ClientCommand(io, "top", "Shows all clusters live, those with problems first; arrow keys, PgUp, PgDn, Home and End scroll, q ends it. What is no terminal gets the list once.") { interval }.Does(call =>
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
        // What is wrong at the first look ends the command; later, it is shown until it is over.
        var screen = new TopScreen(await ReadAsync(call), call.Address.ToString(), every);
        var loop = new TopLoop(console, ending => ReadAsync(call with { Cancellation = ending }), call.Io.ReadKey, call.Io.Time);
        await loop.RunAsync(screen, call.Cancellation);
        return ExitCodes.Ok;
    }

    private static async Task<Fleet> ReadAsync(ClientCall call)
    {
        var clusters = await call.Api.ListAsync(call.Cancellation);
        var events = await call.Api.EventsAsync(string.Create(CultureInfo.InvariantCulture, $"?last={EventsShown}"), call.Cancellation);
        return new Fleet([.. TopOrder.Of(clusters.Value)], events.Value, call.Io.Time.GetUtcNow());
    }
}

/// <param name="Events">The newest, oldest first.</param>
internal sealed record Fleet(IReadOnlyList<ClusterSummary> Clusters, IReadOnlyList<FleetEvent> Events, DateTimeOffset At);
