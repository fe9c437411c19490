using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Dashboard.Presentation;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class PresentationTests
{
    /// <summary>As the events' own texts round.</summary>
    [Theory]
    [InlineData(38.4, "38 ms")]
    [InlineData(38.76, "39 ms")]
    [InlineData(1240, "1.2 s")]
    [InlineData(125_000, "2 min 5 s")]
    public void Took_IsRounded(double milliseconds, string expected) => Format.Took(TimeSpan.FromMilliseconds(milliseconds)).ShouldBe(expected);

    [Fact]
    public void Of_EveryCondition_HasTextIconAndItsOwnSeverity()
    {
        var all = Enum.GetValues<ClusterCondition>().Select(ConditionPresentation.Of).ToList();

        all.ShouldAllBe(p => p.Text.Length > 0 && p.Icon.StartsWith('<') && p.CssClass.StartsWith("tone-"));
        all.Select(p => p.Severity).ShouldBeUnique();
        all.Select(p => p.Icon).ShouldBeUnique();
    }

    [Fact]
    public void Of_EveryNodeAndBackupState_HasTextAndIcon()
    {
        var all = Enum.GetValues<NodeState>().Select(NodePresentation.Of)
            .Concat(Enum.GetValues<BackupState>().Select(BackupPresentation.Of));

        all.ShouldAllBe(p => p.Text.Length > 0 && p.Icon.StartsWith('<'));
    }

    [Fact]
    public void BySeverity_Read_StartsWithWhatIsWorst() =>
        ConditionPresentation.BySeverity.ShouldBe(
        [
            ClusterCondition.Failed, ClusterCondition.Electing, ClusterCondition.Degraded, ClusterCondition.Creating,
            ClusterCondition.Deleting, ClusterCondition.Healthy,
        ]);

    [Theory]
    [InlineData("master_lost", Tone.Bad)]
    [InlineData("master_elected", Tone.Change)]
    [InlineData("node_reachable", Tone.Good)]
    [InlineData("node_unreachable", Tone.Bad)]
    [InlineData("switchover_began", Tone.Progress)]
    [InlineData("switched_over", Tone.Change)]
    [InlineData("switchover_undone", Tone.Warning)]
    [InlineData("restart_began", Tone.Progress)]
    [InlineData("node_restarts", Tone.Progress)]
    [InlineData("restart_done", Tone.Good)]
    [InlineData("restart_abandoned", Tone.Warning)]
    [InlineData("password_changed", Tone.Change)]
    [InlineData("promotion_changed", Tone.Change)]
    [InlineData("delay_changed", Tone.Change)]
    [InlineData("election_changed", Tone.Change)]
    [InlineData("node_replaced", Tone.Warning)]
    [InlineData("data_loss_accepted", Tone.Bad)]
    [InlineData("something_new_failed", Tone.Bad)]
    [InlineData("something_new", Tone.Quiet)]
    [InlineData("", Tone.Quiet)]
    public void Of_EventKind_HasItsTone(string kind, Tone tone) => EventPresentation.Of(kind).ShouldBe(tone);

    [Theory]
    [InlineData(-5, "0 s")]
    [InlineData(0, "0 s")]
    [InlineData(59.9, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(3599, "59 min")]
    [InlineData(3600, "1 h")]
    [InlineData(47.9 * 3600, "47 h")]
    [InlineData(48 * 3600, "2 d")]
    public void Age_Seconds_HasOneUnitRoundedDown(double seconds, string text) =>
        Format.Age(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    [Theory]
    [InlineData(null, "–", Tone.Quiet)]
    [InlineData(0.0, "0 s", Tone.Good)]
    [InlineData(0.44, "0.4 s", Tone.Good)]
    [InlineData(9.0, "9 s", Tone.Good)]
    [InlineData(41.7, "41 s", Tone.Warning)]
    [InlineData(400.0, "6 min", Tone.Bad)]
    public void Lag_Seconds_HasTextAndTone(double? seconds, string text, Tone tone)
    {
        Format.Lag(seconds).ShouldBe(text);
        Format.LagTone(seconds).ShouldBe(tone);
    }

    [Theory]
    [InlineData(null, "–")]
    [InlineData(0.0, "0 B")]
    [InlineData(1023.0, "1023 B")]
    [InlineData(1536.0, "1.5 KiB")]
    [InlineData(48_318_382_080.0, "45 GiB")]
    public void Bytes_Amount_HasBinaryUnit(double? bytes, string text) => Format.Bytes(bytes).ShouldBe(text);

    [Fact]
    public void Size_OfACluster_NamesCoresMemoryDisk() =>
        Format.Size(new ClusterSize(0.5, 1536, 2048)).ShouldBe("0.5 cpu · 1.5 GiB · 2 GiB");

    [Theory]
    [InlineData(66.04, "66 s")]
    [InlineData(412.0, "6 min 52 s")]
    [InlineData(179.7, "2 min 59 s")]
    public void Seconds_Duration_IsReadable(double seconds, string text) => Format.Seconds(seconds).ShouldBe(text);

    [Theory]
    [InlineData("0-1-42", "0-1-42")]
    [InlineData("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5", "3e11fa47…9562:1-5")]
    [InlineData("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5,\n4e11fa47-71ca-11e1-9e33-c80aa9420000:7", "3e11fa47…9562:1-5,4e11fa47…0000:7")]
    [InlineData("0c4a2f1e-6a52-4c0e-9a3d-2f4f0c1c9a11-S0", "0c4a2f1e…9a11-S0")]
    public void Of_UuidInside_KeepsTheNumbers(string gtid, string text) => ShortText.Of(gtid).ShouldBe(text);

    [Fact]
    public void Line_NodeWithEndpoint_LeavesThePasswordToTheClient()
    {
        ConnectLines.Mysql(Views.Master(), "app").ShouldBe("mysql -h 10.0.0.11 -P 31000 -u app -p");
        ConnectLines.Jdbc(Views.Master(), "a b").ShouldBe("jdbc:mysql://10.0.0.11:31000/?user=a%20b");
        ConnectLines.Jdbc(Views.Master() with { Server = "MariaDB 10.11.19" }, "app").ShouldBe("jdbc:mariadb://10.0.0.11:31000/?user=app");
        ConnectLines.DotNet(Views.Master(), "app").ShouldBe("Server=10.0.0.11;Port=31000;User ID=app;Password=");
    }

    [Fact]
    public void Line_NodeWithoutEndpoint_IsNone()
    {
        ConnectLines.Mysql(Views.Waiting(3, ""), "app").ShouldBeNull();
        ConnectLines.Mysql(null, "app").ShouldBeNull();
        ConnectLines.Jdbc(Views.Waiting(3, ""), "app").ShouldBeNull();
        ConnectLines.DotNet(Views.Waiting(3, ""), "app").ShouldBeNull();
    }
}
