using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>A master whose mysqld has not ended: what is seen by one side moves nobody, by both sides the next one is elected.</summary>
public sealed class MasterLossTests
{
    private static readonly Symptoms Hears = new();
    private static readonly Symptoms Hears_Nothing = new() { MasterSilentFor = 3.5, MasterRefuses = "no answer within 500 ms" };
    private static readonly Symptoms Hung = new() { SilentFor = 1.5 };

    private readonly World _world = new(agents: 3);
    private readonly int _master;

    public MasterLossTests()
    {
        _world.Create("c", 3);
        _world.Run(5);
        _world.View("c").State.ShouldBe(ClusterCondition.Healthy);
        _master = Durable.Master!.Value;
    }

    private Cluster Durable => _world.State.Clusters["c"].Durable;
    private int Acker => Durable.Ackers.ShouldHaveSingleItem();
    private SimulatedNode Master => _world.NodeOf("c", _master);

    private IEnumerable<SimulatedNode> Slaves(Func<int, bool>? which = null) => Durable.Nodes.Keys
        .Where(n => n != _master && which?.Invoke(n) != false).Select(n => _world.NodeOf("c", n)).ToArray();

    private void Suffer(IEnumerable<SimulatedNode> nodes, Symptoms symptoms)
    {
        foreach (var node in nodes)
            node.Suffer(symptoms);
    }

    private void NothingHasMoved() => (Durable.Epoch, Durable.Master, Durable.Election).ShouldBe((1, _master, null));

    private string FailedOver() => Durable.Events.Single(e => e.Kind == "failed_over").Text;

    [Fact]
    public void Hang_OnlyItsExecutorSaysSo_NothingMoves()
    {
        Master.Suffer(Hung, serves: false);
        _world.Run(10);
        NothingHasMoved();
    }

    [Fact]
    public void Silence_OnlyTheSlavesSaySo_NothingMoves()
    {
        Suffer(Slaves(), Hears_Nothing);
        _world.Run(10);
        NothingHasMoved();
    }

    [Fact]
    public void Hang_BothSidesSaySo_AnotherIsElectedAtOnce_AndOneEventTellsAll()
    {
        Master.Suffer(Hung, serves: false);
        // It does not obey, for its mysqld hangs; but its executor goes on reporting.
        Master.Deaf = true;
        Suffer(Slaves(), Hears_Nothing);
        foreach (var node in Slaves().Append(Master))
            _world.Post(node.Say());
        _world.Run(0.5);
        Durable.Epoch.ShouldBe(2);
        Durable.ServedEpoch.ShouldBe(2);
        FailedOver().ShouldStartWith($"Node {Durable.Master} took over from node {_master} in ");
        FailedOver().ShouldContain("its executor has had no answer from mysqld for 1.5 s, and ");
        FailedOver().ShouldEndWith("nothing from it for 3.5 s");
    }

    [Fact]
    public void Hang_TheOtherSlaveHearsTheMaster_NothingMoves()
    {
        Master.Suffer(Hung, serves: false);
        Suffer(Slaves(n => n == Acker), Hears_Nothing);
        Suffer(Slaves(n => n != Acker), Hears);
        _world.Run(10);
        NothingHasMoved();
    }

    [Fact]
    public void Hang_ItsExecutorSaidSoLongAgo_TellsNothingOfNow()
    {
        Master.Suffer(Hung, serves: false);
        _world.Run(1);
        Master.Deaf = true;
        _world.Run(4);
        Suffer(Slaves(), Hears_Nothing with { MasterRefuses = null });
        _world.Run(5);
        NothingHasMoved();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CutOff_SlavesAndSchedulerHearNothing_AnotherIsElected_UnlessItAnswersALogin(bool refuses)
    {
        Master.Deaf = true;
        Suffer(Slaves(), refuses ? Hears_Nothing : Hears_Nothing with { MasterRefuses = null });
        _world.Run(2.5);
        NothingHasMoved();
        _world.Run(3);
        if (!refuses)
        {
            NothingHasMoved();
            return;
        }
        Durable.Epoch.ShouldBe(2);
        FailedOver().ShouldContain("cannot log in: no answer within 500 ms");
    }

    [Fact]
    public void CutOff_FromSchedulerOnly_NothingMoves()
    {
        Master.Deaf = true;
        _world.Run(60);
        NothingHasMoved();
    }

    [Fact]
    public void CutOff_WithItsAcker_NothingMoves_UntilTheAckerIsHeard()
    {
        Master.Deaf = true;
        var acker = Slaves(n => n == Acker).Single();
        acker.Deaf = true;
        Suffer(Slaves(), Hears_Nothing);
        _world.Run(20);
        NothingHasMoved();
        acker.Deaf = false;
        _world.Run(1);
        Durable.Epoch.ShouldBe(2);
    }

    [Fact]
    public void CutOff_MesosIsAway_TellsNothingOfTheMaster()
    {
        _world.Post(new MesosDisconnected("gone"));
        Suffer(Slaves(), Hears_Nothing);
        Master.Deaf = true;
        _world.Run(10);
        NothingHasMoved();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Volume_TakesNoWrites_AnotherIsElected_UnlessNoneIsBetter(bool onAll)
    {
        var full = new Symptoms { Volume = "it is full: 0 KiB are left" };
        if (onAll)
            Suffer(Slaves(), full);
        _world.Run(1);
        Master.Suffer(full);
        _world.Run(3);
        if (onAll)
        {
            NothingHasMoved();
            return;
        }
        Durable.Epoch.ShouldBe(2);
        FailedOver().ShouldContain("its volume takes no writes: it is full");
    }

    [Theory]
    [InlineData(2.0, false, false)]
    [InlineData(2.6, false, true)]
    [InlineData(2.6, true, false)]
    public void Acker_HearsNothing_TheOtherSlaveTakesItsPlace_IfThatOneHearsTheMaster(double seconds, bool neitherHears, bool moves)
    {
        var acker = Acker;
        foreach (var silent in new[] { 1.0, seconds })
        {
            Suffer(Slaves(n => neitherHears || n == acker), new Symptoms { MasterSilentFor = silent });
            _world.Run(3);
        }
        NothingHasMoved();
        Acker.ShouldBe(moves ? Durable.Nodes.Keys.Single(n => n != _master && n != acker) : acker);
    }

    [Fact]
    public void Acker_VolumeTakesNoWrites_AnotherAcknowledges()
    {
        var acker = Acker;
        Suffer(Slaves(n => n == acker), new Symptoms { Volume = "it is full: 0 KiB are left" });
        _world.Run(3);
        Acker.ShouldNotBe(acker);
        NothingHasMoved();
    }

    [Fact]
    public void Election_AckersDataWereMadeAnew_ItIsNoWitness_TheOldMasterIsWaitedFor()
    {
        Master.Rows = 10;
        foreach (var slave in Slaves())
            slave.Rows = 10;
        _world.Run(1);
        var acker = Slaves(n => n == Acker).Single();
        _world.Post(acker.Crash());
        acker.Empty(_world.Now);
        _world.Post(Master.Crash());
        _world.Post(acker.ComeBack());
        _world.Run(5);
        Durable.Master.ShouldBeNull();
        _world.View("c").Reason.ShouldContain($"node {_master}");
        _world.Post(Master.ComeBack());
        _world.Run(3);
        Durable.Epoch.ShouldBe(2);
        _world.NodeOf("c", Durable.Master!.Value).Rows.ShouldBe(10);
    }

    [Fact]
    public void Master_DataWereMadeAnew_UnnoticedUntilItServesAgain_IsLost_AndTheAckerIsElected()
    {
        Master.Rows = 10;
        foreach (var slave in Slaves())
            slave.Rows = 10;
        _world.Run(1);
        var made = Durable.Nodes[_master].DataMade.ShouldNotBeNull();
        Master.Obeyed!.DataMade.ShouldBe(made, "it is told with which data it is master");
        Master.Empty(_world.Now);
        _world.Post(Master.Say());
        _world.Run(3);
        Durable.Master.ShouldNotBe(_master);
        _world.NodeOf("c", Durable.Master!.Value).Rows.ShouldBe(10);
        Durable.Events.ShouldContain(e => e.Kind == "master_lost" && e.Text.Contains("its data were made anew", StringComparison.Ordinal));
    }

    [Fact]
    public void Acker_DataWereMadeAnew_OnlyTheMasterIsSure_AndTheOtherSlaveBecomesTheAcker()
    {
        var acker = Acker;
        _world.Post(Slaves(n => n == acker).Single().Crash());
        Slaves(n => n == acker).Single().Empty(_world.Now);
        _world.Post(Slaves(n => n == acker).Single().ComeBack());
        _world.Run(5);
        Acker.ShouldNotBe(acker);
        Durable.Events.ShouldContain(e => e.Kind == "acker_emptied");
        // It never stopped waiting: what was acknowledged since, is on the other one.
        _world.Performed.OfType<SendDirective>().Select(s => s.Directive)
            .Where(d => d.Role == DirectedRole.Master && d.Version > Durable.Events.First(e => e.Kind == "acker_emptied").Time.ToUnixTimeMilliseconds())
            .ShouldAllBe(d => d.Ackers == 1);
    }

    [Fact]
    public void Master_NobodyAcknowledges_HearsTheSchedulerEachSecond()
    {
        Master.Suffer(new Symptoms { UnfollowedFor = 4 });
        _world.Performed.Clear();
        _world.Run(5);
        _world.Performed.OfType<SendDirective>().Count(s => s.Directive.TaskId == Master.TaskId).ShouldBeInRange(4, 6);
    }
}
