using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Mysos.Host.Client.Explaining;
using Mysos.Tests.Api;

namespace Mysos.Tests.Cli;

public sealed class ExplainTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly ClusterView Whole = InMemoryClusters.Cluster("shop") with
    {
        IfMasterDied = new MasterLossView(2, false, "node 2 would take over, and has every acknowledged write"),
    };

    private static readonly NodeView Master = Whole.Nodes[0], Slave = Whole.Nodes[1] with { Acker = true, Promotion = Promotion.Neutral, DelaySeconds = 0 };

    [Fact]
    public async Task Explain_ForPeopleAndPrograms_SaysTheSame()
    {
        host.Clusters.Put(Whole with { Nodes = [Master, Slave] });

        var people = await CliRun.OfAsync($"http://127.0.0.1:{host.Port}", "explain", "shop");
        var programs = await CliRun.OfAsync($"http://127.0.0.1:{host.Port}", "explain", "shop", "--json");

        people.ShouldBe(new CliRun(0, """
            shop is healthy.

            Nodes
              node 1  master  serving
              node 2  slave   serving      has every acknowledged write

            What happens next
              Nothing is under way.

            If the master died now
              node 2 would take over, and has every acknowledged write

            What you can do
              To move the master away, without losing a write: mysos switchover shop
              To restart its nodes, one at a time: mysos restart shop

            """, ""));
        JsonDocument.Parse(programs.Out).RootElement.GetProperty("you_can").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public void Explain_ElectionWithoutLoss_SaysHowToGoOnEitherWay()
    {
        var text = Text(Whole with
        {
            State = ClusterCondition.Electing, Reason = "electing the master of epoch 2: waits for node 1: only they are sure to have the last writes", IfMasterDied = null,
            Election = new ElectionView { Policy = ElectionPolicy.Lossless, Timeout = "60s" },
            Nodes = [Master with { Role = NodeRole.None, State = NodeState.Unreachable, Reason = "its agent does not answer", Agent = "S0" }, Slave],
        });

        text.ShouldContain("shop is electing: electing the master of epoch 2: waits for node 1");
        text.ShouldContain("until then nothing can be written");
        text.ShouldContain("mysos replace shop --node 1 --accept-data-loss");
        text.ShouldContain("mysos election shop --election-policy available");
        text.ShouldNotContain("If the master died now");
    }

    [Fact]
    public void Explain_NodesThatWait_SaysForWhat()
    {
        var text = Text(Whole with
        {
            State = ClusterCondition.Degraded, Reason = "1 of 3 nodes serve",
            Nodes =
            [
                Master,
                Slave with { Acker = false, Role = NodeRole.None, State = NodeState.Down, TaskId = "", Agent = "S7", Reason = "waits for agent h7, which has its volume" },
                Slave with { Acker = false, Role = NodeRole.None, ServerId = 3, State = NodeState.Waiting, TaskId = "", Agent = null, Reason = "waits for an agent; refused: memory (4)" },
            ],
        });

        text.ShouldContain("Node 2 starts again on its volume as soon as its agent offers it.");
        text.ShouldContain("To have node 2 back with its data: bring back agent S7");
        text.ShouldContain("Node 3 starts as soon as an agent offers 1.1 cpus, 544mb memory and 2gb disk.");
        text.ShouldContain("refused: memory (4)");
    }

    [Fact]
    public void Explain_ANodeThatIsSpecial_SaysHow()
    {
        var text = Text(Whole with { Nodes = [Master, Slave with { DelaySeconds = 3600, LagSeconds = 2.5, Promotion = Promotion.Never }] });

        text.ShouldContain("has every acknowledged write; is 2.5 s behind the master; applies the master's writes 1h late, as it is to; is never to be the master");
    }

    [Fact]
    public void Explain_Paused_SaysSinceWhen_AndHowItEnds()
    {
        var text = Text(Whole with { State = ClusterCondition.Electing, Reason = "node 1 is no master now", PausedSince = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) });

        text.ShouldStartWith("shop is electing, and paused: node 1 is no master now.\n");
        text.ShouldContain("Nothing: it has been paused since 2026-01-02 03:04:05Z, until it is resumed.");
        text.ShouldContain("What you can do\n  To have Mysos look after it again: mysos resume shop\n");
    }

    [Fact]
    public void Explain_SomethingUnderWay_ListsItsSteps()
    {
        var text = Text(Whole with { Operation = OperationTextTests.Backup });

        text.ShouldContain("""

            Under way: backup shop:202601020304, since 2026-01-02 03:04:05Z
              done     it begins
              current  node 2 copies its data into the backup store
              next     it ends

            """);
        text.ShouldNotContain("Nothing is under way.");
    }

    [Theory]
    [InlineData(ClusterCondition.Failed, "mysos delete shop")]
    [InlineData(ClusterCondition.Deleting, "mysos wait shop --for deleted")]
    public void Explain_WhatIsOver_OffersNothingElse(ClusterCondition state, string only) =>
        Explanation.Of(Whole with { State = state }).YouCan.Single().Do.ShouldBe(only);

    [Fact]
    public void Explain_EachCommandItNames_IsOne()
    {
        var root = Mysos.Host.Client.ClientCommands.Create(new(TextWriter.Null, TextWriter.Null, TextReader.Null, new Dictionary<string, string>(), TimeProvider.System))
            .ToDictionary(c => c.Name);
        var states = from state in Enum.GetValues<ClusterCondition>()
                     from node in Enum.GetValues<NodeState>()
                     from task in (string[])["", "t"]
                     from never in (Promotion[])[Promotion.Neutral, Promotion.Never]
                     from paused in (bool[])[false, true]
                     select Whole with
                     {
                         State = state, NumNodes = 1, IfMasterDied = new MasterLossView(null, true, "lost"), Election = new ElectionView(),
                         Nodes = [Master, Slave with { State = node, TaskId = task, Role = NodeRole.None, Reason = "because", Agent = "S1", Promotion = never }], PausedSince = paused ? DateTimeOffset.UnixEpoch : null,
                     };
        var commands = states.SelectMany(s => Explanation.Of(s).YouCan).Select(a => a.Do).Where(d => d.StartsWith("mysos ")).Distinct().ToArray();

        commands.Length.ShouldBeGreaterThan(6);
        foreach (var command in commands)
        {
            var words = command.Split(' ')[1..];
            root[words[0]].Parse([.. words[1..], .. (root[words[0]].Options.Any(o => o.Name == "--password") ? (string[])["--password", "x"] : [])]).Errors.ShouldBeEmpty(command);
        }
    }

    private static string Text(ClusterView cluster) => ExplainCommand.Text(Explanation.Of(cluster));
}
