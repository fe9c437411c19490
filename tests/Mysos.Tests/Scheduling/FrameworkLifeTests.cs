using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

public sealed class FrameworkLifeTests
{
    private static readonly SchedulerSettings Flags = new()
    {
        Role = "mysos", Principal = "p", User = "u", PublicZooKeeperUrl = "zk://z/m", ExecutorCommand = new CommandInfo { Value = "x" },
    };
    private static readonly SchedulerRecord Registered = new() { FrameworkId = new FrameworkId("F"), Principal = "p", User = "u", Roles = ["mysos"] };

    private static World Healthy(string? newFramework = null)
    {
        var world = new World(agents: 3);
        world.Settings = world.Settings with { NewFramework = newFramework };
        world.Create("c", 3);
        world.Run(3);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        return world;
    }

    private static SchedulerState Recover(SchedulerRecord record, SchedulerSettings flags, params Cluster[] clusters) =>
        Decider.Decide(new SchedulerState(), new Recovered(record, [.. clusters]), DateTimeOffset.UnixEpoch, flags).State;

    [Fact]
    public void WhyNot_SameFlags_NothingIsWrong() => FrameworkLife.WhyNot(Registered, Flags).ShouldBeNull();

    [Fact]
    public void WhyNot_StateOfBeforePrincipalsWereKept_NothingIsWrong() =>
        FrameworkLife.WhyNot(new SchedulerRecord { FrameworkId = new FrameworkId("F") }, Flags).ShouldBeNull();

    [Theory]
    [InlineData("other", "u", "'p'", "'other'", "--framework_authentication_file")]
    [InlineData("p", "root", "'u'", "'root'", "--framework_user")]
    public void WhyNot_WhatMesosDoesNotChange_NamesBothValuesAndWhatWouldBeRight(string principal, string user, params string[] said)
    {
        var why = FrameworkLife.WhyNot(Registered, Flags with { Principal = principal, User = user }).ShouldNotBeNull();
        foreach (var part in said)
            why.ShouldContain(part);
        why.ShouldContain("--new_framework=F");
        Recover(Registered, Flags with { Principal = principal, User = user }).Mesos.Problem.ShouldBe(why);
        FrameworkLife.WhyNot(Registered, Flags with { Principal = principal, User = user, NewFramework = "F" }).ShouldBeNull();
    }

    [Fact]
    public void Info_RoleChanged_TheOldOneIsKeptWhileNodesHaveVolumesInIt()
    {
        var info = new FrameworkInfo { User = "u", Name = "mysos" };
        var flags = Flags with { Role = "db" };
        FrameworkLife.Info(info, Recover(Registered, flags), flags).Roles.ShouldBe(["db"]);

        var node = new Node { Number = 1, Volume = new NodeVolume("v", new AgentId("S1"), "h", true) };
        var cluster = new Cluster
        {
            Name = "c", User = "u", NumNodes = 1, Size = ClusterSize.Default, Created = DateTimeOffset.UnixEpoch, SealedPassword = "x",
            SealedReplicationPassword = "y", Nodes = ImmutableSortedDictionary<int, Node>.Empty.Add(1, node),
        };
        var state = Recover(Registered, flags, cluster);
        FrameworkLife.Info(info, state, flags).Roles.ShouldBe(["db", "mysos"]);
        FrameworkLife.Info(info, state, flags).Id.ShouldBe(new FrameworkId("F"));
        var subscribed = Decider.Decide(state, new MesosSubscribed(new FrameworkId("F"), null), DateTimeOffset.UnixEpoch, flags).State;
        subscribed.Record.Roles.ShouldBe(["db", "mysos"]);
    }

    [Fact]
    public void Refused_FrameworkRemoved_NothingIsForgottenAndTheSchedulerSaysWhatToDo()
    {
        var world = Healthy();
        world.Post(new MesosRefused("Mesos has removed the framework.", Removed: true));
        world.Settle();
        world.State.Record.FrameworkId.ShouldBe(new FrameworkId("F"));
        world.State.Mesos.Connected.ShouldBeFalse();
        world.State.Mesos.Problem!.ShouldContain("--new_framework=F");
        world.State.Clusters["c"].Durable.Nodes.Values.ShouldAllBe(n => n.Task != null);
        // Its tasks were ended, so nobody is told of them.
        (world.Published["c"].Master, world.Published["c"].Slaves.Length).ShouldBe((null, 0));
    }

    [Fact]
    public void Refused_FlagNamesAnother_NothingIsForgotten()
    {
        var world = Healthy("E");
        world.Post(new MesosRefused("Mesos has removed the framework.", Removed: true));
        world.Settle();
        world.State.Record.FrameworkId.ShouldBe(new FrameworkId("F"));
        world.State.Mesos.Problem!.ShouldContain("--new_framework=E");
    }

    [Fact]
    public void Refused_ForAnotherReason_IsSaidInMesosWords()
    {
        var world = Healthy("F");
        world.Post(new MesosRefused("Mesos refuses the framework: Role 'mysos' is not allowed", Removed: false));
        world.Settle();
        world.State.Record.FrameworkId.ShouldBe(new FrameworkId("F"));
        world.State.Mesos.Problem!.ShouldContain("Role 'mysos' is not allowed");
        world.Post(new MesosSubscribed(new FrameworkId("F"), null));
        world.Settle();
        world.State.Mesos.Problem.ShouldBeNull();
    }

    [Fact]
    public void NewFramework_NodesStartAgainOnTheirVolumes_WhoseOwnerStaysTheSame()
    {
        var world = Healthy("F");
        var (tasks, volumes) = (world.Tasks.Keys.ToArray(), world.Volumes.Values.ToArray());
        world.Post(new MesosRefused("Mesos has removed the framework.", Removed: true));
        world.Settle();
        world.State.Record.FrameworkId.ShouldBeNull();
        world.State.Mesos.Problem.ShouldBeNull();
        // A crash now changes nothing: the next scheduler is refused nothing, and has no id to ask for.
        world.Framework = new FrameworkId("G");
        foreach (var task in world.Tasks.Values.ToArray())
            world.Vanish(task);
        world.Restart();
        world.Run(5);

        world.State.Record.FrameworkId.ShouldBe(new FrameworkId("G"));
        world.State.Record.Owner.ShouldBe("F");
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        world.Tasks.Keys.Intersect(tasks).ShouldBeEmpty();
        world.Tasks.Values.Select(t => t.Volume).ShouldBe(volumes, ignoreOrder: true);
        world.State.Clusters["c"].Durable.Nodes.Values.ShouldAllBe(n => n.Failures == 0);

        // Another removal needs another flag.
        world.Post(new MesosRefused("Mesos has removed the framework.", Removed: true));
        world.Settle();
        world.State.Record.FrameworkId.ShouldBe(new FrameworkId("G"));
        world.State.Mesos.Problem!.ShouldContain("--new_framework=G");
    }

    [Fact]
    public void NewFramework_WhatIsLeftOfDeletedClusters_IsStillFoundByItsLabel()
    {
        var world = Healthy("F");
        world.Post(new MesosRefused("Mesos has removed the framework.", Removed: true));
        world.Settle();
        foreach (var task in world.Tasks.Values.ToArray())
            world.Vanish(task);
        world.Framework = new FrameworkId("G");
        world.Post(new MesosSubscribed(world.Framework, null));
        world.Run(5);
        world.Create("d", 1);
        world.Run(3);
        foreach (var name in new[] { "c", "d" })
            world.Ask(r => new DeleteRequested(r, name, world.State.Clusters[name].Durable.Incarnation));
        world.Run(5);
        world.State.Clusters.ShouldBeEmpty();
        world.Volumes.ShouldBeEmpty();
    }
}
