using Mysos.Core.Clusters;
using Mysos.Host.Client.Top;
using Mysos.Tests.Api;
using Spectre.Console;

namespace Mysos.Tests.Cli;

public sealed class TopTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly ClusterSummary[] Clusters =
    [
        Of("a-fine", ClusterCondition.Healthy), Of("b-new", ClusterCondition.Creating), Of("c-half", ClusterCondition.Degraded), Of("d-risky", ClusterCondition.Healthy, mayLose: true),
        Of("e-stuck", ClusterCondition.Electing), Of("f-broken", ClusterCondition.Failed),
    ];

    [Fact]
    public void Order_HasProblemsFirst() =>
        TopOrder.Of(Clusters).Select(c => c.Name).ShouldBe(["e-stuck", "f-broken", "c-half", "b-new", "d-risky", "a-fine"]);

    [Fact]
    public async Task Top_WithoutATerminal_ListsOnce()
    {
        host.Clusters.Put(InMemoryClusters.Cluster("a-fine"));
        host.Clusters.Put(InMemoryClusters.Cluster("z-stuck") with { State = ClusterCondition.Electing });

        var run = await CliRun.OfAsync($"http://127.0.0.1:{host.Port}", "top");

        run.Code.ShouldBe(0, run.Error);
        var lines = run.Out.Split('\n');
        lines[0].ShouldStartWith("NAME");
        lines[1].ShouldStartWith("z-stuck");
        run.Out.ShouldNotContain("\u001b");
        (await CliRun.OfAsync("http://127.0.0.1:1", "top")).Code.ShouldBe(4);
        (await CliRun.OfAsync("http://127.0.0.1:1", "top", "--interval", "1ms")).Code.ShouldBe(2);
    }

    [Fact]
    public void Screen_IsAsHighAsTheTerminalAndSaysWhatIsLeftOut()
    {
        var lines = Draw(height: 12);

        lines.Length.ShouldBeLessThanOrEqualTo(12);
        lines[0].ShouldContain("mysos top  http://x:1  2026-01-02 03:04:05Z");
        lines[1].ShouldContain("6 clusters: 1 electing, 1 failed, 1 degraded, 1 creating, 2 healthy");
        lines[2].ShouldMatch("^NAME +STATE +NODES +MASTER +LAG +SIZE +IF MASTER DIED +REASON");
        lines[3].ShouldMatch(@"^e-stuck +electing +2/2 +10\.0\.0\.1:3306 +0s ");
        lines.ShouldContain(l => l.Contains("… and 1 more"));
        lines[^1].ShouldContain("e-stuck  It was lost.");
        lines.ShouldAllBe(l => l.Length <= 100);
    }

    [Theory]
    [InlineData(ConsoleKey.DownArrow, 4, 5)]
    [InlineData(ConsoleKey.DownArrow, 20, 20)]
    [InlineData(ConsoleKey.UpArrow, 4, 3)]
    [InlineData(ConsoleKey.UpArrow, 0, 0)]
    [InlineData(ConsoleKey.PageDown, 4, 14)]
    [InlineData(ConsoleKey.PageDown, 14, 20)]
    [InlineData(ConsoleKey.PageUp, 14, 4)]
    [InlineData(ConsoleKey.PageUp, 4, 0)]
    [InlineData(ConsoleKey.Home, 14, 0)]
    [InlineData(ConsoleKey.End, 4, 20)]
    [InlineData(ConsoleKey.A, 4, 4)]
    public void Key_Scrolls(ConsoleKey key, int first, int after)
    {
        TopKeys.Scroll(key, first, room: 10, count: 30).ShouldBe(after);
        TopKeys.Scroll(key, 0, room: 10, count: 3).ShouldBe(0, "all are seen");
    }

    [Fact]
    public void Screen_ThatIsScrolled_SaysWhatIsAboveAndBelow()
    {
        var screen = Screen() with { First = 1 };

        var lines = Draw(screen, height: 10);
        var fewer = Draw(screen with { Seen = screen.Seen with { Clusters = [.. screen.Seen.Clusters.Take(3)] } }, height: 10);

        lines[3].ShouldStartWith("f-broken");
        lines[6].ShouldBe("… and 1 above, 2 below");
        fewer[3].ShouldStartWith("e-stuck", Case.Sensitive, "the others are gone");
    }

    [Fact]
    public void Screen_ThatIsNotLive_SaysSo() => Draw(height: 40, "no scheduler answers")[1].ShouldContain("Not live: no scheduler answers");

    private static string[] Draw(int height, string? problem = null) => Draw(Screen() with { Problem = problem }, height);

    private static TopScreen Screen() => new(
        new Fleet([.. TopOrder.Of(Clusters)], [new FleetEvent("1-0-x", "e-stuck", At, "master_lost", "It was lost.\u001b[2J")], At), "http://x:1/", TimeSpan.FromSeconds(2));

    private static string[] Draw(TopScreen screen, int height)
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 100;
        console.Write(screen.Draw(100, height));
        return [.. output.ToString().TrimEnd().Split('\n').Select(l => l.TrimEnd())];
    }

    private static ClusterSummary Of(string name, ClusterCondition state, bool mayLose = false) => ClusterSummary.Of(InMemoryClusters.Cluster(name)) with
    {
        State = state, Reason = state == ClusterCondition.Healthy ? "" : string.Concat(Enumerable.Repeat("a long reason ", 20)),
        IfMasterDied = new MasterLossView(mayLose ? null : 2, mayLose, "…"),
    };
}
