using System.Collections.Immutable;
using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Protocol;

namespace Mysos.Tests.Dashboard;

/// <summary>Views as the scheduler makes them, for the dashboard's tests.</summary>
internal static class Views
{
    public static readonly DateTimeOffset Now = new(2026, 3, 14, 15, 9, 26, TimeSpan.Zero);

    public static NodeView Master(string host = "10.0.0.11", int port = 31000, NodeState state = NodeState.Serving) => new()
    {
        TaskId = "mysos-1-1",
        ServerId = 1,
        Role = NodeRole.Master,
        State = state,
        Host = host,
        Port = port,
        Agent = "0c4a2f1e-6a52-4c0e-9a3d-2f4f0c1c9a11-S0",
        Member = "member_0000000000",
        Gtid = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-48211",
        Server = "MySQL 8.4.3",
    };

    public static NodeView Slave(uint id = 2, double? lag = 0, NodeState state = NodeState.Serving, string reason = "") => new()
    {
        TaskId = $"mysos-1-{id}",
        ServerId = id,
        Role = NodeRole.Slave,
        State = state,
        Reason = reason,
        Host = $"10.0.0.1{id}",
        Port = 31000 + (int)id,
        Agent = $"0c4a2f1e-6a52-4c0e-9a3d-2f4f0c1c9a11-S{id - 1}",
        Member = state == NodeState.Serving ? $"member_{id - 1:0000000000}" : null,
        Gtid = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-48211",
        LagSeconds = lag,
        Server = "MySQL 8.4.3",
    };

    public static NodeView Waiting(uint id, string reason) => new()
    {
        TaskId = "", ServerId = id, Role = NodeRole.None, State = NodeState.Waiting, Reason = reason,
    };

    public static ClusterView Cluster(
        string name,
        ClusterCondition state = ClusterCondition.Healthy,
        string reason = "",
        params NodeView[] nodes) => new()
        {
            Name = name,
            User = "app",
            NumNodes = Math.Max(1, nodes.Length),
            Size = ClusterSize.Default,
            ClusterUrl = $"zk://10.0.0.2:2181/mysos/discover/{name}",
            State = state,
            Reason = reason,
            Epoch = 1,
            Created = Now.AddHours(-3),
            Nodes = [.. nodes],
            Events =
            [
                new(Now.AddHours(-3), "cluster_created", "Accepted: 2 nodes for app."),
                new(Now.AddHours(-2), "master_elected", "Node 1 is the master of epoch 1."),
            ],
        };

    public static SchedulerView Of(params IEnumerable<ClusterView> clusters) => new()
    {
        Version = 1,
        Clusters = clusters.ToImmutableSortedDictionary(c => c.Name, c => c, StringComparer.Ordinal),
        Mesos = new MesosView
        {
            Connected = true,
            Master = "10.0.0.2:5050",
            Version = "1.12.0",
            FrameworkId = "0c4a2f1e-6a52-4c0e-9a3d-2f4f0c1c9a11-0000",
            LastHeartbeat = Now.AddSeconds(-4),
        },
        ZooKeeper = new ZooKeeperView
        {
            Connected = true, Url = "zk://10.0.0.2:2181/mysos",
            Schedulers = [new("mysos-1.example.org:55001", true, "0.1.0"), new("mysos-2.example.org:55001", false, "0.1.0"), new("mysos-3.example.org:55001", false, null)],
        },
        Agents =
        [
            Agent(0, "rack-a-07", 24, 6), Agent(1, "rack-b-02", 12.5, 9), Agent(2, "rack-c-11", null, 0),
            Agent(3, "rack-c-12", 3, 4) with { Reachable = false },
        ],
    };

    public static AgentView Agent(int index, string host, double? cpus, int nodes) => new()
    {
        Id = $"0c4a2f1e-6a52-4c0e-9a3d-2f4f0c1c9a11-S{index}",
        Hostname = host,
        Address = $"10.0.0.1{index}:5051",
        Offered = cpus is { } some ? new AgentResources(some, some * 2048, some * 20480) : null,
        Reserved = cpus is { } reserved ? new AgentResources(0, 0, reserved * 1024) : null,
        OfferedAt = cpus is null ? null : Now.AddSeconds(-20),
        Nodes = nodes,
        Used = new AgentResources(nodes * 1.1, nodes * 544, nodes * 2048),
        Volumes = nodes,
        Zone = $"north/{(char)('a' + index % 3)}",
    };

    /// <summary>A fleet with everything in it that the pages can show.</summary>
    public static SchedulerView Fleet(int extra = 24)
    {
        List<ClusterView> clusters =
        [
            Cluster("orders", nodes: [Master(), Slave(2), Slave(3, 0.4)]) with { Size = new(4, 16384, 204800), Epoch = 3, Created = Now.AddDays(-211) },
            Cluster("billing", ClusterCondition.Degraded, "Node 3 waits for an agent: 4 offers were declined, all for too little memory (16 GiB wanted, 9.5 GiB the most).",
                Master("10.0.0.12", 31007), Slave(2, 41), Waiting(3, "4 offers declined: memory")) with { Size = new(4, 16384, 102400), Epoch = 2, Created = Now.AddDays(-80) },
            Cluster("sessions", ClusterCondition.Electing, "The master's host is silent; 2 of 2 slaves have stopped receiving, the most advanced applies its relay log.",
                Master("10.0.0.13", 31002, NodeState.Unreachable) with { Role = NodeRole.None }, Slave(2, 0.2, NodeState.Joining), Slave(3, 0.2, NodeState.Joining)) with { Epoch = 7, Created = Now.AddDays(-12) },
            Cluster("search_index", ClusterCondition.Creating, "Node 1 restores backup nightly/search:202603140200.",
                new NodeView { TaskId = "t", ServerId = 1, Role = NodeRole.None, State = NodeState.Restoring, Host = "10.0.0.14", Port = 31009, Agent = "S4" }) with { Created = Now.AddSeconds(-52) },
            Cluster("legacy-wiki", ClusterCondition.Failed, "The master and its acker are gone; an operator must decide (election policy: lossless).",
                Master(state: NodeState.Down), Slave(2, 312, NodeState.Unreachable, "its agent does not answer")) with { Created = Now.AddDays(-900) },
            Cluster("tmp-import", ClusterCondition.Deleting, "1 of 2 nodes has still to stop.", Slave(2, null, NodeState.Stopping)) with { NumNodes = 2, Created = Now.AddHours(-30) },
        ];
        for (var i = 0; i < extra; i++)
        {
            clusters.Add(Cluster(string.Create(CultureInfo.InvariantCulture, $"team-{i:00}"), nodes: [Master($"10.0.1.{i}", 31000 + i), Slave(2, i % 100 / 10.0)])
                with { Created = Now.AddMinutes(-7 * i - 3), Size = new(1 + i % 3, 512L << (i % 4), 2048L << (i % 3)) });
        }
        return Of(clusters);
    }

    /// <summary>One that its owner has paused.</summary>
    public static ClusterView Paused() => Cluster("paused", nodes: [Master(), Slave(2), Slave(3)]) with { PausedSince = Now.AddMinutes(-3) };

    /// <summary>As it may have been some samples of a history ago, 119 at most.</summary>
    public static SchedulerView Earlier(SchedulerView view, int samples) => view with
    {
        Clusters = view.Clusters.ToImmutableSortedDictionary(c => c.Key, c => c.Value with
        {
            Nodes =
            [
                .. c.Value.Nodes.Select(n => n with
                {
                    Gtid = string.Create(CultureInfo.InvariantCulture, $"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-{48211 - 200 * samples - samples * samples}"),
                    LagSeconds = n.Role == NodeRole.Slave ? samples % 3 : null, Connections = 4 + samples % 5, DataMb = 900 - samples,
                }),
            ],
        }, StringComparer.Ordinal),
    };

    /// <summary>A cluster with a long history and backups, in which something is under way.</summary>
    public static ClusterView Detailed()
    {
        ClusterEvent At(double minutes, string kind, string text) => new(Now.AddMinutes(-minutes), kind, text);
        return Fleet(0).Clusters["billing"] with
        {
            Backups =
            [
                new BackupView { BackupId = "billing/20260312-0200", State = BackupState.Done, SizeBytes = 48_318_382_080, Seconds = 412, Started = Now.AddHours(-61) },
                new BackupView { BackupId = "billing/20260313-0200", State = BackupState.Failed, Started = Now.AddHours(-37), Error = "The store refused the upload: 507 Insufficient Storage." },
                new BackupView { BackupId = "billing/20260314-1508", State = BackupState.Running, Started = Now.AddSeconds(-66) },
            ],
            Operation = new OperationView("switchover to node 2", Now.AddSeconds(-3),
            [
                new("node 2 catches up while node 1 serves", StepState.Done), new("node 1 takes no more writes, and node 2 gets its last ones", StepState.Current),
                new("node 2 takes writes", StepState.Next), new("it is announced", StepState.Next),
            ]),
            Events =
            [
                At(80 * 1440, "cluster_created", "Accepted: 2 nodes of 4 cpus, 16 GiB, 100 GiB for user app."),
                At(80 * 1440 - 1, "node_launched", "Node 1 goes to rack-b-02."),
                At(80 * 1440 - 2, "master_elected", "Node 1 is the master of epoch 1."),
                At(80 * 1440 - 3, "cluster_complete", "Node 2 serves as a slave."),
                At(5000, "mysqld_ended", "Node 1's mysqld ended with signal 9."),
                At(4999.9, "master_elected", "Node 2 is the master of epoch 2; it has every transaction that was acknowledged."),
                At(4998, "node_reachable", "Node 1's agent answers again."),
                At(96, "cluster_resized", "3 nodes wanted, 2 before."),
                At(95, "node_unreachable", "Node 2's agent rack-a-07 does not answer."),
                At(1.1, "backup_started", "Backup billing/20260314-1508 runs on node 2."),
            ],
        };
    }
}
