using Mysos.Core.Protocol;
using Mysos.Executor.Replication;
using Mysos.Executor.Servers;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Executor;

/// <summary>The table of what is done for a directive in each state of the server.</summary>
public sealed class PlanTests
{
    private static readonly Endpoint Source = new("10.0.0.1", 3306);
    private static readonly Endpoint Other = new("10.0.0.2", 3306);

    private static readonly ServerState Fresh = new()
    {
        ReadOnly = true, Writable = false, Executed = "", AckersAwaited = 0, SemiSyncReplica = false,
    };

    private static readonly ReplicaState Follower = new()
    {
        Source = Source, Receiver = ReceiverState.Connected, Applying = true, Received = "0-1-9", RelayRead = true,
    };

    private static readonly ServerState Following = Fresh with { Executed = "0-1-9", SemiSyncReplica = true, Replica = Follower };
    private static readonly ServerState Leading = Fresh with { ReadOnly = false, Writable = true, Executed = "0-1-9" };

    private static Directive Order(DirectedRole role, Endpoint? source = null, int ackers = 0) =>
        new() { TaskId = "t", Version = 1, Epoch = 1, Role = role, Source = source, Ackers = ackers };

    private static Step[] Steps(Directive directive, ServerState state, bool ownerReady = true, bool followersReady = true) =>
        [.. Plan.For(directive, state, ownerReady, followersReady).Steps];

    [Fact]
    public void Master_Fresh_MakesTheOwnerBeforeItTakesWrites() =>
        Steps(Order(DirectedRole.Master), Fresh, ownerReady: false).ShouldBe([new Step.EnsureOwner(), new Step.SetReadOnly(false)]);

    [Fact]
    public void Master_FreshWithAckers_WaitsForThemBeforeItTakesWrites() =>
        Steps(Order(DirectedRole.Master, ackers: 1), Fresh, ownerReady: false)
            .ShouldBe([new Step.EnsureOwner(), new Step.Await(1), new Step.SetReadOnly(false)]);

    [Fact]
    public void Master_FollowersWithoutAccounts_GetThemBeforeAnybodyIsWaitedFor() =>
        Steps(Order(DirectedRole.Master, ackers: 1), Fresh, ownerReady: false, followersReady: false).ShouldBe(
            [new Step.EnsureFollowers(), new Step.EnsureOwner(), new Step.Await(1), new Step.SetReadOnly(false)]);

    [Fact]
    public void Master_ThatIsToAcknowledgeAlone_WaitsForNobodyBeforeItMakesAccounts() =>
        Steps(Order(DirectedRole.Master), Leading with { AckersAwaited = 1 }, followersReady: false)
            .ShouldBe([new Step.Await(0), new Step.EnsureFollowers()]);

    [Fact]
    public void Slave_WithUnappliedWritesOfItsOldMaster_AppliesThemBeforeItAttaches()
    {
        var behind = Following with { Executed = "0-1-8" };
        Steps(Order(DirectedRole.Slave, Other, ackers: 1), behind).ShouldBe([new Step.StopReceiving()]);
        var stopped = behind with { Replica = Follower with { Receiver = ReceiverState.Stopped } };
        Steps(Order(DirectedRole.Slave, Other, ackers: 1), stopped).ShouldBe([new Step.AwaitApplied()]);
        Steps(Order(DirectedRole.Slave, Other, ackers: 1), stopped with { Replica = stopped.Replica! with { Applying = false } })
            .ShouldBe([new Step.StartApplying(), new Step.AwaitApplied()]);
        Steps(Order(DirectedRole.Slave, Other, ackers: 1), stopped with { Replica = stopped.Replica! with { Applying = false, ApplyError = 1062 } })
            .ShouldBe([new Step.Attach(Other)]);
    }

    [Fact]
    public void Master_Leading_Holds() => Plan.For(Order(DirectedRole.Master), Leading, ownerReady: true, followersReady: true).Holds.ShouldBeTrue();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(3, 2)]
    public void Master_LeadingWithOtherAckers_OnlyChangesThat(int waits, int ackers) =>
        Steps(Order(DirectedRole.Master, ackers: ackers), Leading with { AckersAwaited = waits }).ShouldBe([new Step.Await(ackers)]);

    [Fact]
    public void Master_StillReceiving_FirstStopsThat() =>
        Steps(Order(DirectedRole.Master), Following).ShouldBe([new Step.StopReceiving()]);

    [Fact]
    public void Master_Connecting_FirstStopsThat() =>
        Steps(Order(DirectedRole.Master), Following with { Replica = Follower with { Receiver = ReceiverState.Connecting } })
            .ShouldBe([new Step.StopReceiving()]);

    [Fact]
    public void Master_NotAllApplied_WaitsAndDoesNothingElse() =>
        Steps(Order(DirectedRole.Master), Following with { Executed = "0-1-8", Replica = Follower with { Receiver = ReceiverState.Stopped } })
            .ShouldBe([new Step.AwaitApplied()]);

    [Fact]
    public void Master_NotAllAppliedAndNotApplying_AppliesFirst() =>
        Steps(Order(DirectedRole.Master), Following with
        {
            Executed = "0-1-8", Replica = Follower with { Receiver = ReceiverState.Stopped, Applying = false, RelayRead = false },
        }).ShouldBe([new Step.StartApplying(), new Step.AwaitApplied()]);

    [Fact]
    public void Master_ReceivedUnknownAfterARestart_ReadsTheRelayLogToItsEnd() =>
        Steps(Order(DirectedRole.Master), Following with
        {
            Replica = Follower with { Receiver = ReceiverState.Stopped, Applying = false, Received = "", RelayRead = false },
        }).ShouldBe([new Step.StartApplying(), new Step.AwaitApplied()]);

    [Fact]
    public void Master_AllApplied_Promotes() =>
        Steps(Order(DirectedRole.Master, ackers: 1), Following with { Replica = Follower with { Receiver = ReceiverState.Stopped } })
            .ShouldBe([new Step.Detach(), new Step.SetSemiSyncReplica(false), new Step.Await(1), new Step.SetReadOnly(false)]);

    [Fact]
    public void Slave_Fresh_Attaches() =>
        Steps(Order(DirectedRole.Slave, Source, ackers: 1), Fresh).ShouldBe([new Step.SetSemiSyncReplica(true), new Step.Attach(Source)]);

    [Fact]
    public void Slave_FollowingTheSource_Holds() =>
        Plan.For(Order(DirectedRole.Slave, Source, ackers: 1), Following, ownerReady: false, followersReady: false).Holds.ShouldBeTrue();

    [Fact]
    public void Slave_Connecting_HoldsToo() =>
        Plan.For(Order(DirectedRole.Slave, Source, ackers: 1),
            Following with { Replica = Follower with { Receiver = ReceiverState.Connecting } }, ownerReady: false, followersReady: false).Holds.ShouldBeTrue();

    [Fact]
    public void Slave_FollowingAnother_AttachesToTheSource() =>
        Steps(Order(DirectedRole.Slave, Other, ackers: 1), Following).ShouldBe([new Step.Attach(Other)]);

    [Fact]
    public void Slave_AfterApplyingWithoutGtid_AttachesAgain() =>
        Steps(Order(DirectedRole.Slave, Source, ackers: 1), Following with { Replica = Follower with { FollowsByGtid = false } })
            .ShouldBe([new Step.Attach(Source)]);

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void Slave_AThreadStopped_StartsIt(bool receives, bool applies)
    {
        var receiver = receives ? ReceiverState.Connected : ReceiverState.Stopped;
        Steps(Order(DirectedRole.Slave, Source, ackers: 1), Following with { Replica = Follower with { Receiver = receiver, Applying = applies } })
            .ShouldBe([new Step.StartReplication()]);
    }

    [Fact]
    public void Slave_FormerMaster_IsFencedFirstAndStopsWaitingLast() =>
        Steps(Order(DirectedRole.Slave, Source, ackers: 1), Leading with { AckersAwaited = 1 }).ShouldBe(
        [
            new Step.SetReadOnly(true), new Step.CutClients(), new Step.Await(0),
            new Step.SetSemiSyncReplica(true), new Step.Attach(Source),
        ]);

    [Theory]
    [InlineData(DirectedRole.Candidate)]
    [InlineData(DirectedRole.Standby)]
    public void Neutral_Following_OnlyStopsReceiving(DirectedRole role) =>
        // Applying goes on: MariaDB deletes the relay logs when both are started again.
        Steps(Order(role), Following).ShouldBe([new Step.StopReceiving()]);

    [Theory]
    [InlineData(DirectedRole.Candidate)]
    [InlineData(DirectedRole.Standby)]
    public void Neutral_Leading_IsFenced(DirectedRole role) =>
        Steps(Order(role), Leading).ShouldBe([new Step.SetReadOnly(true), new Step.CutClients()]);

    [Theory]
    [InlineData(DirectedRole.Candidate)]
    [InlineData(DirectedRole.Standby)]
    public void Neutral_FreshOrStopped_Holds(DirectedRole role)
    {
        Plan.For(Order(role), Fresh, ownerReady: false, followersReady: false).Holds.ShouldBeTrue();
        Plan.For(Order(role), Following with { Replica = Follower with { Receiver = ReceiverState.Stopped } }, ownerReady: false, followersReady: false).Holds.ShouldBeTrue();
    }

    [Fact]
    public void Neutral_HalfOpenMySql_IsFenced() =>
        Steps(Order(DirectedRole.Candidate), Fresh with { ReadOnly = false, Writable = false })
            .ShouldBe([new Step.SetReadOnly(true), new Step.CutClients()]);
}
