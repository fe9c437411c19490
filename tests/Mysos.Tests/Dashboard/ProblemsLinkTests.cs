using Bunit;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Layout;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class ProblemsLinkTests : ComponentContext
{
    private static ClusterView Of(ClusterCondition condition, int number = 0) => Views.Cluster($"{condition}-{number}".ToLowerInvariant(), condition, "Because.") with { Created = Views.Now.AddMinutes(-1) };

    [Fact]
    public void Problems_OfSeveralKinds_AreCountedAndLeadToThem()
    {
        var link = Render<ProblemsLink>();

        link.Find("a").TextContent.Trim().ShouldBe("3 problems");
        link.Find("a").GetAttribute("href").ShouldBe("?state=problems");
        link.Find("a").ClassList.ShouldContain("tone-bad");
        link.Find("[role=status]").TextContent.ShouldBe("3 problems: 1 failed, 1 electing, 1 degraded");
    }

    [Theory]
    [InlineData(ClusterCondition.Degraded, "1 problem", "tone-warning")]
    [InlineData(ClusterCondition.Electing, "1 problem", "tone-bad")]
    [InlineData(ClusterCondition.Failed, "1 problem", "tone-bad")]
    [InlineData(ClusterCondition.Creating, "No problems", "tone-quiet")]
    [InlineData(ClusterCondition.Deleting, "No problems", "tone-quiet")]
    [InlineData(ClusterCondition.Healthy, "All healthy", "tone-quiet")]
    public void Condition_OfOneCluster_DecidesTextAndTone(ClusterCondition condition, string text, string tone)
    {
        Feed.Push(Views.Of(Of(condition)));

        var link = Render<ProblemsLink>().Find("a");

        link.TextContent.Trim().ShouldBe(text);
        link.ClassList.ShouldContain(tone);
    }

    [Fact]
    public void ProblemsThatNoStateTells_AreCountedByTheirWords()
    {
        Feed.Push(Views.Of(
            Of(ClusterCondition.Healthy) with { Nodes = [Views.Master(), Views.Slave(2, 90)] },
            Of(ClusterCondition.Creating) with { Created = Views.Now.AddHours(-1) }));

        var link = Render<ProblemsLink>();

        link.Find("[role=status]").TextContent.ShouldBe("2 problems: 1 lagging, 1 slow to create");
        link.Find("a").ClassList.ShouldContain("tone-warning");
    }

    [Fact]
    public void NoClusters_SaysNothing()
    {
        Feed.Push(SchedulerView.Empty);

        var link = Render<ProblemsLink>();

        link.FindAll("a").ShouldBeEmpty();
        link.Find("[role=status]").TextContent.ShouldBeEmpty();
    }

    [Fact]
    public void ProblemThatComesAndGoes_IsToldAsItDoes()
    {
        Feed.Push(Views.Of(Of(ClusterCondition.Healthy)));
        var link = Render<ProblemsLink>();
        LetQuietPass();

        Feed.Put(Of(ClusterCondition.Failed));
        link.WaitForAssertion(() => link.Find("[role=status]").TextContent.ShouldBe("1 problem: 1 failed"));
        LetQuietPass();
        Feed.Remove("failed-0");

        link.WaitForAssertion(() => link.Find("[role=status]").TextContent.ShouldBe("All healthy"));
    }

    [Fact]
    public void ViewsInWhichNoStateChanges_AreNotRendered()
    {
        Feed.Push(Views.Of(Of(ClusterCondition.Healthy)));
        var link = Render<ProblemsLink>();
        LetQuietPass();
        var before = link.RenderCount;

        for (var epoch = 1; epoch <= 3; epoch++)
        {
            Feed.Put(Of(ClusterCondition.Healthy) with { Epoch = epoch });
            LetQuietPass();
        }
        Feed.Put(Of(ClusterCondition.Failed));
        LetQuietPass();

        link.WaitForAssertion(() => link.Find("[role=status]").TextContent.ShouldBe("1 problem: 1 failed"));
        link.RenderCount.ShouldBe(before + 1);
    }
}

public sealed class MainNavTests : ComponentContext
{
    [Theory]
    [InlineData("", "Clusters")]
    [InlineData("?state=problems", "Clusters")]
    [InlineData("ui/agents?q=rack", "Agents")]
    [InlineData("ui/events", "Events")]
    [InlineData("ui/clusters/orders", "")]
    public void Link_OfThePageThatIsShown_SaysSo(string address, string current)
    {
        Navigation.NavigateTo(address);

        var nav = Render<MainNav>();

        string.Concat(nav.FindAll("a[aria-current=page].ms-here").Select(a => a.TextContent)).ShouldBe(current);
        nav.FindAll("a").Select(a => a.GetAttribute("href")).ShouldBe(["", "ui/agents", "ui/events", "docs"]);
    }
}
