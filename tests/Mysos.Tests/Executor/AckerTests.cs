using Mysos.Core.Protocol;

namespace Mysos.Tests.Executor;

/// <summary>Who acknowledges writes, on real servers.</summary>
public sealed class AckerTests
{
    private const string MakeTable = "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)";
    private const string Waiting = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'INSERT%' AND user = 'owner'";
    private const string Unacknowledged = "SELECT id FROM information_schema.processlist WHERE user = 'owner' AND state LIKE 'Waiting for semi-sync ACK%'";
    private const string Connected = "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'owner'";
    private static readonly TimeSpan Longer = TimeSpan.FromSeconds(1.5);

    [Theory]
    [InlineData(Servers.MariaDb, false)]
    [InlineData(Servers.MariaDb, true)]
    [InlineData(Servers.MySql, false)]
    [InlineData(Servers.MySql, true)]
    public async Task AckerThatIsLockedOutOrGone_AcknowledgesNoMore_UntilItsAccountIsUnlocked(string flavor, bool gone)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, acker) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");

        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => gone ? d with { Followers = [1, 3] } : d with { Barred = [2] }));
        var write = cluster.WriteAsync(master, "INSERT INTO d.t VALUES (2)");
        (await TestCluster.EventuallyAsync(master, Waiting, 1L)).ShouldBe(1L);
        // Longer than the receiver waits before it connects again.
        await Should.ThrowAsync<TimeoutException>(() => write.WaitAsync(Longer, TestContext.Current.CancellationToken));
        (await acker.QueryAsync(TestNode.Accounts.Admin, "SELECT COUNT(*) FROM d.t")).ShouldBe(1L);

        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1));
        await write;
        (await TestCluster.EventuallyAsync(acker, "SELECT COUNT(*) FROM d.t", 2L)).ShouldBe(2L);
    }

    [Theory]
    [InlineData(Servers.MariaDb, "STOP SLAVE; CHANGE MASTER TO MASTER_CONNECT_RETRY=60; START SLAVE")]
    [InlineData(Servers.MySql, "STOP REPLICA; CHANGE REPLICATION SOURCE TO SOURCE_CONNECT_RETRY=60; START REPLICA")]
    public async Task SlaveWhoseAccountIsUnlocked_FollowsBeforeItsReceiverWouldAskAgain(string flavor, string asksOnceAMinute)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await using (var connection = await TestCluster.AdministerAsync(slave))
            await connection.ExecuteAsync(asksOnceAMinute, TestContext.Current.CancellationToken);
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, change: d => d with { Barred = [2] }));
        await slave.WaitForAsync(r => !r.Serving && r.Reason?.Contains("locked", StringComparison.Ordinal) == true, "a locked account");

        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1));
        await slave.WaitForAsync(r => r.Serving, "following again");
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task SlaveThatIsNoAcker_FollowsButIsNotWaitedFor(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 3);
        var (master, acker, other) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await cluster.WriteAsync(master, MakeTable);
        await other.AppliedAsync(other.Direct(DirectedRole.Slave, 1, master.Endpoint));
        await acker.AppliedAsync(acker.Direct(DirectedRole.Slave, 1, master.Endpoint));
        var before = master.Last;
        var write = cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        await Should.ThrowAsync<TimeoutException>(() => write.WaitAsync(Longer, TestContext.Current.CancellationToken));
        // It has the row by now, but only an acker's word counts.
        (await TestCluster.EventuallyAsync(other, "SELECT COUNT(*) FROM d.t", 1L)).ShouldBe(1L);
        write.IsCompleted.ShouldBeFalse();

        // It came before the acker's side was on, so nobody can acknowledge it any more; but nothing is given up before that is known.
        var has = await other.AppliedAsync(other.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1));
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Acker = 3 }));
        await EndsAsync(flavor, cluster, write, 3, before!.Executed!, $"{has.Executed},{has.Received}");
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task CommitThatTheAckerGotWhileItsSideWasOff_WhichTheMasterHearsNothingOf_DoesNotWaitForEver(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, acker) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Acker = 1 }));
        await acker.AppliedAsync(acker.Direct(DirectedRole.Slave, 1, master.Endpoint));
        var before = master.Last;
        var write = cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        (await TestCluster.EventuallyAsync(acker, "SELECT COUNT(*) FROM d.t", 1L)).ShouldBe(1L);
        var has = await acker.AppliedAsync(acker.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1));

        await EndsAsync(flavor, cluster, write, 1, before!.Executed!, $"{has.Executed},{has.Received}");
    }

    /// <summary>The one that is made behind those that wait may wait like them, for whoever is to acknowledge next got it too early: then another one has to be made.</summary>
    [Fact]
    public async Task CommitMadeBehindTheOthers_ThatNobodyAcknowledges_DoesNotHoldTheNextOneBack()
    {
        await using var cluster = await TestCluster.StartAsync(Servers.MySql, 3);
        var (master, acker, other) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await cluster.WriteAsync(master, MakeTable);
        await other.AppliedAsync(other.Direct(DirectedRole.Slave, 1, master.Endpoint));
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Acker = 2 }));
        await acker.AppliedAsync(acker.Direct(DirectedRole.Candidate, 1), serving: false);
        var before = await CountAsync();
        var write = cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        // That write, and the one behind it.
        await Stack.Eventually.IsAsync(async () => await CountAsync() == before + 2, TimeSpan.FromSeconds(30), () => "a commit behind the one that waits");
        write.IsCompleted.ShouldBeFalse();

        await other.AppliedAsync(other.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1));
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Acker = 3 }));
        await write.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        async Task<long> CountAsync() =>
            Core.Elections.GtidPosition.Parse((string?)await other.QueryAsync(TestNode.Accounts.Admin, "SELECT @@global.gtid_executed")).Count;
    }

    /// <summary>
    /// A commit that its acker has, and will never acknowledge. On MySQL it is done, and its client is not cut off. On MariaDB its client is cut off, but not before it is
    /// known that the acker has it.
    /// </summary>
    private static async Task EndsAsync(string flavor, TestCluster cluster, Task<object?> write, long acker, string before, string has)
    {
        var master = cluster.Nodes[0];
        Task<Report> ToldAsync(string have) =>
            master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Acker = acker, AckersHave = [have] }));
        if (flavor == Servers.MySql)
        {
            await write.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            var said = master.Output.ToString();
            said.ShouldNotContain("cut off");
            said.ShouldNotContain("Commits wait for no acknowledgement");
        }
        else
        {
            await master.WaitForAsync(r => r.Stalled, "a commit that may wait in vain");
            await ToldAsync(before);
            await Should.ThrowAsync<TimeoutException>(() => write.WaitAsync(Longer, TestContext.Current.CancellationToken));
            await ToldAsync(has);
            await Should.ThrowAsync<MySqlConnector.MySqlException>(() => write);
            await master.WaitForAsync(r => !r.Stalled, "nothing that waits");
        }
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (2)");
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task MasterThatWaitsInVain_IsFencedAndTellsNobodyThatItIsDone(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, acker) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        await acker.AppliedAsync(acker.Direct(DirectedRole.Candidate, 2), serving: false);
        var write = cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        (await TestCluster.EventuallyAsync(master, Waiting, 1L)).ShouldBe(1L);

        await master.AppliedAsync(master.Direct(DirectedRole.Candidate, 2), serving: false);
        await Should.ThrowAsync<MySqlConnector.MySqlException>(() => write);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task OnlyAckerIsGone_WhileAnAccountIsMadeThatItWouldHaveToAcknowledge_TheMasterGoesOnAlone(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, acker) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        await acker.AppliedAsync(acker.Direct(DirectedRole.Candidate, 1), serving: false);
        int[] with = [.. TestNode.AllFollowers, 9];
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Followers = with }));

        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, change: d => d with { Followers = [.. with.Except([2])] }));
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
    }

    [Theory]
    [InlineData(Servers.MariaDb, false)]
    [InlineData(Servers.MariaDb, true)]
    [InlineData(Servers.MySql, false)]
    [InlineData(Servers.MySql, true)]
    public async Task AckerIsToBeLockedOut_WhileAnAccountIsMadeThatItWouldHaveToAcknowledge_AnotherTakesItsPlace(string flavor, bool byItsOwner)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 3);
        var (master, acker, other) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await cluster.WriteAsync(master, MakeTable);
        await other.AppliedAsync(other.Direct(DirectedRole.Slave, 1, master.Endpoint));
        await acker.AppliedAsync(acker.Direct(DirectedRole.Candidate, 1), serving: false);
        await using var administration = await TestCluster.AdministerAsync(master);
        int[] followers = byItsOwner ? [.. TestNode.AllFollowers] : [.. TestNode.AllFollowers, 9];
        var made = byItsOwner ? cluster.WriteAsync(master, "CREATE USER u IDENTIFIED BY 'p'") : Task.FromResult<object?>(null);
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Followers = followers }));
        while (byItsOwner && (await administration.NumbersAsync(Unacknowledged, TestContext.Current.CancellationToken)).Count == 0)
            made.IsCompleted.ShouldBeFalse();

        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Followers = followers, Barred = [2] }));
        await other.AppliedAsync(other.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1));
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        if (byItsOwner)
            await Should.ThrowAsync<MySqlConnector.MySqlException>(() => made);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task MasterYields_WhileACommitWaitsForItsAcknowledgement_ItGoesOnWaiting_AlsoWhenTheYieldIsUndone(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, acker) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        await acker.AppliedAsync(acker.Direct(DirectedRole.Candidate, 1), serving: false);
        await using var idle = await master.LoginAsync(TestNode.Accounts.Cluster);
        var write = cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        (await TestCluster.EventuallyAsync(master, Waiting, 1L)).ShouldBe(1L);

        master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Yield = true });
        (await TestCluster.EventuallyAsync(master, Connected, 1L)).ShouldBe(1L, "who waits for nothing is cut off");
        write.IsCompleted.ShouldBeFalse();
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1));
        write.IsCompleted.ShouldBeFalse();

        await acker.AppliedAsync(acker.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1));
        await write.WaitAsync(TimeSpan.FromSeconds(30));
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (2)");
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Note_IsAnsweredWithTheGtidsOfThen(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 1);
        var master = cluster.Nodes[0];
        var before = (await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, change: d => d with { Note = 1 }))).Executed;
        await cluster.WriteAsync(master, MakeTable);
        var after = (await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, change: d => d with { Note = 2 }))).Executed;
        after.ShouldNotBe(before);
        Core.Elections.GtidPosition.Parse(after).Covers(Core.Elections.GtidPosition.Parse(before)).ShouldBeTrue();
    }

    /// <summary>MariaDB waits for one only.</summary>
    [Fact]
    public async Task TwoAckers_OneAcknowledgesNoMore_TheWriteWaits_AndIsToldAsUnended_UntilOneIsEnough()
    {
        await using var cluster = await TestCluster.StartAsync(Servers.MySql, 3);
        var (master, acker, other) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await cluster.WriteAsync(master, MakeTable);
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 2));
        await acker.AppliedAsync(acker.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1));
        await other.AppliedAsync(other.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1));
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");

        await other.AppliedAsync(other.Direct(DirectedRole.Slave, 1, master.Endpoint));
        var write = cluster.WriteAsync(master, "INSERT INTO d.t VALUES (2)");
        (await TestCluster.EventuallyAsync(master, Waiting, 1L)).ShouldBe(1L);
        (await TestCluster.EventuallyAsync(acker, "SELECT COUNT(*) FROM d.t", 2L)).ShouldBe(2L);
        var noted = await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 2, change: d => d with { Note = 1 }));
        write.IsCompleted.ShouldBeFalse("only one of two has acknowledged it");
        noted.Unended.ShouldNotBeNull().ShouldNotContain("#");
        var unended = Core.Elections.GtidPosition.Parse(noted.Unended);
        unended.Count.ShouldBe(1);
        Core.Elections.GtidPosition.Parse(noted.Executed).Covers(unended).ShouldBeFalse();

        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1));
        await write;
        await master.WaitForAsync(r => r.Unended is null, "the end of all commits");
    }
}
