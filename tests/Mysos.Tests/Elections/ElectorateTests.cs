using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;

namespace Mysos.Tests.Elections;

public sealed class ElectorateTests
{
    /// <summary>51 transactions of server 7 are common. Then 7 wrote what nobody acknowledged, and 8, elected, took writes of its own.</summary>
    private static readonly Observation Frozen = Says("0-7-54", "0-7-54");
    private static readonly Observation Elected = Says("0-8-54", "0-7-51,0-8-54");

    [Fact]
    public void Covers_MariaDbAtTheSameNumber_OnlyWithTheOthersLastTransaction()
    {
        Electorate.Covers(Frozen, Elected).ShouldBeFalse();
        Electorate.Covers(Elected, Frozen).ShouldBeFalse();
        Electorate.Covers(Says("0-8-60", "0-7-51,0-8-60"), Elected).ShouldBeTrue();
    }

    [Fact]
    public void Covers_MariaDbReceivedButNotApplied_CountsAsHad()
    {
        var slave = Says("0-7-51", "0-7-51", "0-8-54");
        Electorate.Covers(slave, Elected).ShouldBeTrue();
        Electorate.Covers(Elected, slave).ShouldBeTrue();
        Electorate.Covers(Frozen, slave).ShouldBeFalse();
    }

    [Fact]
    public void Covers_ANodeItself_WhateverItsHistorySays()
    {
        var restored = Says("0-9-54", "");
        Electorate.Covers(restored, restored).ShouldBeTrue();
        Electorate.Covers(restored, Says("0-9-54", "0-9-54")).ShouldBeFalse();
    }

    [Fact]
    public void Covers_MySql_ByItsGtidsAlone()
    {
        Electorate.Covers(Says("a:1-54", null), Says("a:1-51", null)).ShouldBeTrue();
        Electorate.Covers(Says("a:1-54", null), Says("a:1-51,b:1-3", null)).ShouldBeFalse();
    }

    private static Observation Says(string executed, string? history, string? received = null) => new()
    {
        Report = new Report { TaskId = "t", Sequence = 1, Phase = NodePhase.Running, Executed = executed, History = history, Received = received },
    };
}
