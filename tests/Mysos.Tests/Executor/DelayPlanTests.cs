using Mysos.Core.Protocol;
using Mysos.Executor.Replication;
using Mysos.Executor.Servers;

namespace Mysos.Tests.Executor;

/// <summary>The table of what is done where a slave is, or is to be, late: nothing that it acknowledged is thrown away, and nothing is applied early for no reason.</summary>
public sealed class DelayPlanTests
{
    private const int Hour = 3600;
    private static readonly Endpoint Source = new("10.0.0.1", 3306);
    private static readonly Endpoint Other = new("10.0.0.2", 3306);

    private static readonly ReplicaState Late = new()
    {
        Source = Source, Receiver = ReceiverState.Connected, Applying = true, Received = "0-1-9", DelaySeconds = Hour, Relay = new("relay.000002", 4),
    };

    private static readonly ReplicaState LateMySql = Late with { KeepsRelayLog = true, RelayRead = true };
    private static readonly ReplicaState InTime = Late with { DelaySeconds = 0 };

    private static ServerState Waiting(ReplicaState replica, bool acknowledges = false, string executed = "0-1-5") => new()
    {
        ReadOnly = true, Writable = false, Executed = executed, AckersAwaited = 0, SemiSyncReplica = acknowledges, Replica = replica,
    };

    private static Directive Slave(Endpoint source, int delay, int ackers = 0, string? catchUp = null) =>
        new() { TaskId = "t", Version = 1, Epoch = 1, Role = DirectedRole.Slave, Source = source, DelaySeconds = delay, Ackers = ackers, CatchUp = catchUp };

    private static Directive Master => new() { TaskId = "t", Version = 1, Epoch = 1, Role = DirectedRole.Master };

    private static Step[] Steps(Directive directive, ServerState state) => [.. Plan.For(directive, state, ownerReady: true, followersReady: true).Steps];

    public static TheoryData<bool> Flavors => [false, true];

    private static ReplicaState Of(bool mySql) => mySql ? LateMySql : Late;

    [Theory]
    [MemberData(nameof(Flavors))]
    public void Late_AsItIsToBe_Holds(bool mySql) => Steps(Slave(Source, Hour), Waiting(Of(mySql))).ShouldBeEmpty();

    [Fact]
    public void Fresh_AttachesLate() => Steps(Slave(Source, Hour), Waiting(Late) with { Replica = null }).ShouldBe([new Step.Attach(Source, Hour)]);

    [Theory]
    [InlineData(Hour, 0)]
    [InlineData(0, Hour)]
    [InlineData(Hour, 60)]
    public void AnotherDelay_MySql_IsSetAlone_AlsoOnAnAcker(int now, int wanted)
    {
        var replica = LateMySql with { DelaySeconds = now };
        Steps(Slave(Source, wanted), Waiting(replica)).ShouldBe([new Step.SetDelay(wanted)]);
        Steps(Slave(Source, wanted, ackers: 1), Waiting(replica, acknowledges: true)).ShouldBe([new Step.SetDelay(wanted)]);
    }

    [Fact]
    public void AnotherDelay_MySqlNotReceiving_ReceivesFirst_OrTheRelayLogWouldGo() =>
        Steps(Slave(Source, 0), Waiting(LateMySql with { Receiver = ReceiverState.Stopped })).ShouldBe([new Step.StartReplication()]);

    [Theory]
    [InlineData(Hour, 0)]
    [InlineData(0, Hour)]
    public void AnotherDelay_MariaDb_MeansToFetchAgainWhatIsNotApplied(int now, int wanted) =>
        Steps(Slave(Source, wanted), Waiting(Late with { DelaySeconds = now })).ShouldBe([new Step.Attach(Source, wanted)]);

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public void AnotherDelay_MariaDbThatAcknowledged_AppliesAllFirst(int wanted)
    {
        var directive = Slave(Source, wanted, ackers: 1);
        Steps(directive, Waiting(Late, acknowledges: true)).ShouldBe([new Step.StopReceiving()]);
        var stopped = Late with { Receiver = ReceiverState.Stopped };
        // Where it stands must not move any more before it is told to go on from there.
        Steps(directive, Waiting(stopped, acknowledges: true)).ShouldBe([new Step.StopApplying()]);
        Steps(directive, Waiting(stopped with { Applying = false }, acknowledges: true)).ShouldBe([new Step.StartApplying(), new Step.AwaitApplied()]);
        var applying = stopped with { DelaySeconds = 0, FollowsByGtid = false };
        Steps(directive, Waiting(applying, acknowledges: true)).ShouldBe([new Step.AwaitApplied()]);
        Steps(directive, Waiting(applying, acknowledges: true, executed: "0-1-9")).ShouldBe([new Step.Attach(Source, wanted)]);
    }

    /// <summary>Its side is off already, and it is an acker until another one is.</summary>
    [Fact]
    public void AnotherDelay_MariaDbThatIsCountedOn_AppliesAllFirst()
    {
        var directive = Slave(Source, 0) with { CountedOn = true };
        Steps(directive, Waiting(Late)).ShouldBe([new Step.StopReceiving()]);
        Steps(directive, Waiting(Late with { Receiver = ReceiverState.Stopped, Applying = false })).ShouldBe([new Step.StartApplying(), new Step.AwaitApplied()]);
        Recovery.IsDue(directive with { DelaySeconds = Hour }, Late).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Flavors))]
    public void AnotherMaster_ALateSlaveGetsFromItWhatItHadNotApplied(bool mySql) =>
        Steps(Slave(Other, Hour), Waiting(Of(mySql))).ShouldBe([new Step.Attach(Other, Hour)]);

    [Theory]
    [MemberData(nameof(Flavors))]
    public void AnotherMaster_AnAckerAppliesAllFirst(bool mySql)
    {
        Steps(Slave(Other, Hour, ackers: 1), Waiting(Of(mySql), acknowledges: true)).ShouldBe([new Step.StopReceiving()]);
        Steps(Slave(Other, Hour, ackers: 1), Waiting(Of(mySql) with { Receiver = ReceiverState.Stopped }, acknowledges: true)).ShouldBe([new Step.StopApplying()]);
    }

    [Fact]
    public void BothSidesStopped_MariaDb_AsksTheMasterBeforeTheRelayLogGoes_AndAnAckerAppliesIt()
    {
        var stopped = Late with { Receiver = ReceiverState.Stopped, Applying = false };
        Steps(Slave(Source, Hour), Waiting(stopped)).ShouldBe([new Step.Attach(Source, Hour)]);
        Steps(Slave(Source, Hour, ackers: 1), Waiting(stopped, acknowledges: true)).ShouldBe([new Step.StartApplying(), new Step.AwaitApplied()]);
        Steps(Slave(Source, Hour, ackers: 1), Waiting(stopped with { KeepsRelayLog = true }, acknowledges: true)).ShouldBe([new Step.StartReplication()]);
    }

    [Fact]
    public void CatchUp_OfALateSlave_IsToHaveReceived()
    {
        Steps(Slave(Source, Hour, catchUp: "0-1-9"), Waiting(Late)).ShouldBeEmpty();
        Steps(Slave(Source, Hour, catchUp: "0-1-10"), Waiting(Late)).ShouldBe([new Step.AwaitReceived("0-1-10")]);
        Steps(Slave(Source, 0, catchUp: "0-1-9"), Waiting(InTime)).ShouldBe([new Step.AwaitCaughtUp("0-1-9")]);
    }

    [Theory]
    [MemberData(nameof(Flavors))]
    public void Master_AppliesAllAtOnceFirst(bool mySql)
    {
        Steps(Master, Waiting(Of(mySql))).ShouldBe([new Step.StopReceiving()]);
        var stopped = Of(mySql) with { Receiver = ReceiverState.Stopped };
        Steps(Master, Waiting(stopped)).ShouldBe([new Step.StopApplying()]);
        Steps(Master, Waiting(stopped with { Applying = false })).ShouldBe([new Step.StartApplying(), new Step.AwaitApplied()]);
        Steps(Master, Waiting(stopped with { DelaySeconds = 0 })).ShouldBe([new Step.AwaitApplied()]);
    }

    [Theory]
    [InlineData(DirectedRole.Candidate, 0, true)]
    [InlineData(DirectedRole.Master, 0, true)]
    [InlineData(DirectedRole.Slave, 1, true)]
    [InlineData(DirectedRole.Slave, 0, false)]
    [InlineData(DirectedRole.Standby, 0, false)]
    public void Recovery_OfALateServer_IsDueForWhatIsCountedOn(DirectedRole role, int ackers, bool due)
    {
        var directive = Slave(Source, Hour, ackers) with { Role = role };
        Recovery.IsDue(directive, Late).ShouldBe(due);
        Recovery.IsDue(null, Late).ShouldBeFalse();
        Recovery.IsDue(directive, InTime).ShouldBeTrue();
        Recovery.IsDue(null, InTime).ShouldBeTrue();
    }

    [Fact]
    public void ChangedByHand_IsTold()
    {
        string? Found(Directive directive, ServerState state) =>
            Repairs.Describe(Plan.For(directive, state, ownerReady: true, followersReady: true), state);
        Found(Slave(Source, 0), Waiting(LateMySql)).ShouldBe("had a delay of 1h");
        Found(Slave(Source, Hour), Waiting(InTime)).ShouldBe("had a delay of 0s");
        Found(Slave(Other, Hour), Waiting(Late)).ShouldBe("followed 10.0.0.1:3306");
    }
}
