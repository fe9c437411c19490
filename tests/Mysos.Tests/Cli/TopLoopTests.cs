using System.Collections.Concurrent;
using System.Text;
using Mysos.Core.Clusters;
using Mysos.Host.Client.Top;
using Mysos.Tests.Api;
using Mysos.Tests.Stack;
using Spectre.Console;

namespace Mysos.Tests.Cli;

/// <summary><c>mysos top</c> on a terminal: what is drawn as time goes and keys are pressed.</summary>
public sealed class TopLoopTests
{
    private readonly ConcurrentQueue<ConsoleKeyInfo> _keys = new();
    private readonly Terminal _terminal = new();
    private Func<Fleet> _read = () => throw new HttpRequestException("no scheduler answers");

    [Fact]
    public async Task Keys_LeadToEveryCluster_AndQEnds()
    {
        var running = RunAsync(TimeSpan.FromHours(1));

        await ShowsAsync("c00", "c04", "… and 25 more");
        _terminal.Text.ShouldNotContain("c05");
        await PressAsync(ConsoleKey.PageDown, "c05", "c09", "… and 5 above, 20 below");
        await PressAsync(ConsoleKey.DownArrow, "c10", "… and 6 above, 19 below");
        await PressAsync(ConsoleKey.End, "c29", "… and 25 above, 0 below");
        await PressAsync(ConsoleKey.UpArrow, "c24", "… and 24 above, 1 below");
        await PressAsync(ConsoleKey.PageUp, "c19", "… and 19 above, 6 below");
        await PressAsync(ConsoleKey.Home, "c00", "… and 25 more");
        running.IsCompleted.ShouldBeFalse();
        _keys.Enqueue(new ConsoleKeyInfo('q', ConsoleKey.Q, false, false, false));
        await running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Looks_ThatFail_AreSaidUntilOneSucceeds_AndDoNotScroll()
    {
        var running = RunAsync(TimeSpan.FromMilliseconds(100));

        await ShowsAsync("Not live: no scheduler answers");
        await PressAsync(ConsoleKey.End, "c29");
        _terminal.Clear();
        _read = () => Fleet(31);
        await ShowsAsync("31 clusters: 31 healthy", "c25", "… and 25 above, 1 below");
        _keys.Enqueue(new ConsoleKeyInfo('\u001b', ConsoleKey.Escape, false, false, false));
        await running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Cancellation_Ends()
    {
        using var cancellation = new CancellationTokenSource();
        var running = RunAsync(TimeSpan.FromHours(1), cancellation.Token);
        await ShowsAsync("c00");

        await cancellation.CancelAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private async Task PressAsync(ConsoleKey key, params string[] shown)
    {
        _terminal.Clear();
        _keys.Enqueue(new ConsoleKeyInfo('\0', key, false, false, false));
        await ShowsAsync(shown);
    }

    private Task ShowsAsync(params string[] shown) => Eventually.IsAsync(
        () => Task.FromResult(shown.All(text => _terminal.Text.Contains(text, StringComparison.Ordinal))), TimeSpan.FromSeconds(30), () => $"{string.Join(", ", shown)} in {_terminal.Text}");

    /// <summary>With room for five clusters.</summary>
    private Task RunAsync(TimeSpan every, CancellationToken cancellation = default)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(_terminal) });
        (console.Profile.Width, console.Profile.Height) = (120, 11);
        var loop = new TopLoop(console, _ => Task.Run(() => _read()), () => _keys.TryDequeue(out var key) ? key : null, TimeProvider.System);
        return Task.Run(() => loop.RunAsync(new TopScreen(Fleet(30), "http://x:1/", every), cancellation), CancellationToken.None);
    }

    private static Fleet Fleet(int count) => new(
        [.. Enumerable.Range(0, count).Select(i => ClusterSummary.Of(InMemoryClusters.Cluster($"c{i:D2}")))], [], DateTimeOffset.UnixEpoch);

    /// <summary>What was written since it was cleared.</summary>
    private sealed class Terminal : TextWriter
    {
        private readonly Lock _lock = new();
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public string Text
        {
            get
            {
                lock (_lock)
                    return _text.ToString();
            }
        }

        public void Clear()
        {
            lock (_lock)
                _text.Clear();
        }

        public override void Write(char value) => Write(value.ToString());

        public override void Write(string? value)
        {
            lock (_lock)
                _text.Append(value);
        }
    }
}
