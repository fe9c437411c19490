using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Mysos.Core.Scheduling;
using Mysos.Core.State;

namespace Mysos.Tests.Scheduling;

/// <summary>Election policy and timeout: the cluster's own before the scheduler's.</summary>
public sealed class ElectionTermsTests
{
    private readonly World _world = new();

    private Cluster Durable => _world.State.Clusters["c"].Durable;

    private void Start(ElectionPolicy flag = ElectionPolicy.Lossless)
    {
        _world.Settings = _world.Settings with { ElectionPolicy = flag, ElectionTimeout = TimeSpan.FromSeconds(30) };
        _world.Create("c", 3);
        _world.Run(5);
    }

    private RequestOutcome.Accepted Change(Setting<ElectionPolicy>? policy, Setting<TimeSpan>? timeout)
    {
        var id = _world.Ask(r => new ElectionRequested(r, "c", Durable.Incarnation, policy, timeout));
        _world.Settle();
        return _world.Answers[id].ShouldBeOfType<RequestOutcome.Accepted>();
    }

    /// <summary>The master is lost, and the acker is not heard.</summary>
    private void LoseWhoIsSure()
    {
        _world.NodeOf("c", Durable.Ackers[0]).Deaf = true;
        _world.Post(_world.NodeOf("c", Durable.Master!.Value).Crash());
        _world.Settle();
    }

    [Theory]
    [InlineData(ElectionPolicy.Lossless, null, null, null)]
    [InlineData(ElectionPolicy.Available, null, null, 30)]
    [InlineData(ElectionPolicy.Available, ElectionPolicy.Lossless, null, null)]
    [InlineData(ElectionPolicy.Available, null, 8, 8)]
    [InlineData(ElectionPolicy.Lossless, ElectionPolicy.Available, null, 30)]
    [InlineData(ElectionPolicy.Lossless, ElectionPolicy.Available, 8, 8)]
    [InlineData(ElectionPolicy.Lossless, null, 8, null)]
    public void Election_NobodyIsSure_GoesByTheClustersTermsBeforeTheFlags(ElectionPolicy flag, ElectionPolicy? own, int? ownSeconds, int? electedAfter)
    {
        Start(flag);
        Change(new(own), new(ownSeconds is { } s ? TimeSpan.FromSeconds(s) : null));
        _world.Restart();
        _world.Run(3);
        LoseWhoIsSure();
        _world.Run((electedAfter ?? 60) - 1);
        Durable.Master.ShouldBeNull();
        _world.Run(2);
        (Durable.Master is not null).ShouldBe(electedAfter is not null);
    }

    [Fact]
    public void Change_DuringAnElection_GoesForIt()
    {
        Start();
        LoseWhoIsSure();
        _world.Run(20);
        Durable.Master.ShouldBeNull();
        Change(new(ElectionPolicy.Available), new(TimeSpan.FromSeconds(5))).Steps.ShouldContain("That goes for the election that is under way, too.");
        Durable.Master.ShouldNotBeNull();
    }

    [Fact]
    public void Change_OfOne_LeavesTheOther_AndDefaultTakesItBack()
    {
        Start();
        Change(new(ElectionPolicy.Available), null).Result.ShouldBe("available default default");
        Change(null, new(TimeSpan.FromSeconds(90))).Result.ShouldBe("available 90s default");
        var view = _world.View("c").Election;
        view.ShouldBe(new ElectionView { Policy = ElectionPolicy.Available, Timeout = "90s", OwnPolicy = true, OwnTimeout = true });
        Change(null, new(TimeSpan.FromSeconds(90))).Steps.ShouldBe(["Nothing: it is so already."]);
        Change(new(null), null).Result.ShouldBe("default 90s default");
        Change(null, new(null)).Result.ShouldBe("default default default");
        _world.View("c").Election.ShouldBe(new ElectionView { Policy = ElectionPolicy.Lossless, Timeout = "30s" });
        Durable.Events.Count(e => e.Kind == "election_changed").ShouldBe(4);
    }

    [Fact]
    public void Terms_PromotionAndDelay_AreWordsInTheState_AndAbsentInAnOlderOneAreTheDefaults()
    {
        Start();
        Change(new(ElectionPolicy.Available), new(TimeSpan.FromSeconds(90)));
        var json = System.Text.Encoding.UTF8.GetString(StateJson.Write(Durable));
        json.ShouldContain("\"election_policy\":\"available\"");
        json.ShouldContain("\"promotion\":\"neutral\"");
        var older = json.Replace("\"election_policy\":\"available\",", "").Replace("\"election_timeout\":\"00:01:30\",", "").Replace(",\"promotion\":\"neutral\"", "")
            .Replace("\"promotion\":\"neutral\",", "").Replace(",\"delay_seconds\":0", "").Replace("\"delay_seconds\":0,", "");
        older.ShouldNotContain("promotion");
        older.ShouldNotContain("delay");
        var read = StateJson.ReadCluster("c", System.Text.Encoding.UTF8.GetBytes(older));
        (read.ElectionPolicy, read.ElectionTimeout).ShouldBe((null, null));
        read.Nodes.Values.ShouldAllBe(n => n.Promotion == Promotion.Neutral && n.DelaySeconds == 0);
    }
}
