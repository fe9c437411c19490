using System.Collections.Immutable;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;
using Mysos.Core.State;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;

namespace Mysos.Tests.Scheduling;

/// <summary>
/// Drives the scheduler's decisions against agents and executors that answer at once and do as they are told, with the
/// durable documents kept as a store would: so a scheduler can crash and recover between any two effects.
/// </summary>
internal sealed class World
{
    private readonly Queue<LoopEvent> _queue = new();
    private readonly Queue<Effect> _effects = new();
    private int _offers;
    private long _requests;

    public World(int agents = 3, bool volumes = true, double memMb = 4096)
    {
        Settings = new SchedulerSettings
        {
            Role = "mysos", Principal = "mysos", Volumes = volumes, PublicZooKeeperUrl = "zk://z:2181/mysos",
            ExecutorCommand = new CommandInfo { Value = "mysos-executor", Shell = true }, BackupStore = "/backups",
        };
        for (var i = 1; i <= agents; i++)
            Agents[$"S{i}"] = memMb;
        Post(new MesosSubscribed(new FrameworkId("F"), null));
    }

    public SchedulerSettings Settings { get; set; }
    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public SchedulerState State { get; private set; } = new();
    /// <summary>Agent → MiB of memory free.</summary>
    public Dictionary<string, double> Agents { get; } = new(StringComparer.Ordinal);
    public HashSet<string> DeadAgents { get; } = [];
    /// <summary>Agent → when the maintenance of its machine begins.</summary>
    public Dictionary<string, DateTimeOffset> Maintained { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, SimulatedNode> Tasks { get; } = new(StringComparer.Ordinal);
    /// <summary>Volume → agent, resources reserved and data.</summary>
    public Dictionary<string, SimulatedVolume> Volumes { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, ServerSet> Published { get; } = new(StringComparer.Ordinal);
    public Dictionary<long, RequestOutcome> Answers { get; } = [];
    public Dictionary<string, byte[]> Durable { get; } = new(StringComparer.Ordinal);
    public List<Effect> Performed { get; } = [];
    public bool Suppressed { get; private set; }
    /// <summary>Executors get no accounts, so that mysqld never starts.</summary>
    public bool HoldAccounts { get; init; }
    public FrameworkId Framework { get; set; } = new("F");
    public int Restarts { get; private set; }
    /// <summary>Nothing is offered.</summary>
    public bool HoldOffers { get; set; }
    /// <summary>That many ACCEPTs never reach Mesos.</summary>
    public int LoseAccepts { get; set; }
    /// <summary>Mesos does not answer for tasks, as a master does whose agents have not come back.</summary>
    public bool SilentAboutTasks { get; set; }
    /// <summary>Effects are performed only up to this many; the rest are lost in the crash of the scheduler.</summary>
    public int? CrashAfter { get; set; }

    public ClusterView View(string cluster) => Projection.View(State.Clusters[cluster], Settings, true, Now);

    public SimulatedNode NodeOf(string cluster, int node) => Tasks[State.Clusters[cluster].Durable.Nodes[node].Task!.Id.Value];

    /// <summary>With one cluster, <c>c</c>, of so many nodes.</summary>
    public static World Healthy(int nodes, int syncReplicas = 1)
    {
        var world = new World(agents: Math.Max(3, nodes));
        world.Settings = world.Settings with { SyncReplicas = syncReplicas };
        world.Create("c", nodes);
        world.Run(5);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        return world;
    }

    public long Create(string name, int nodes, string? backup = null)
    {
        var id = ++_requests;
        Post(new CreateRequested(id, new Cluster
        {
            Name = name, User = "u", NumNodes = nodes, Size = ClusterSize.Default, Created = Now, BackupId = backup,
            SealedPassword = "x", SealedReplicationPassword = "y",
        }));
        return id;
    }

    public long Ask(Func<long, RequestEvent> request)
    {
        var id = ++_requests;
        Post(request(id));
        return id;
    }

    /// <summary>Lets time pass in ticks, and everything settle.</summary>
    public void Run(double seconds = 0)
    {
        Settle();
        for (var end = Now.AddSeconds(seconds); Now < end;)
        {
            Now = Now.AddMilliseconds(500);
            Post(new Ticked(Now));
            foreach (var node in Tasks.Values.Where(t => t is { Dead: false, Deaf: false }).ToArray())
                Post(node.Report.Phase == NodePhase.Preparing ? node.Hello() : node.Say());
            if (!Suppressed)
                Offer();
            Settle();
        }
    }

    /// <summary>Time passes in which the scheduler does nothing, nor hears of it.</summary>
    public void Freeze(double seconds) => Now = Now.AddSeconds(seconds);

    public void Post(LoopEvent happened) => _queue.Enqueue(happened);

    public void Settle()
    {
        for (var steps = 0; ; steps++)
        {
            steps.ShouldBeLessThan(100_000, $"It does not settle: {string.Join("; ", Performed.TakeLast(6))}");
            if (_effects.TryDequeue(out var effect))
                Perform(effect);
            else if (_queue.TryDequeue(out var happened))
                Decide(happened);
            else
                return;
        }
    }

    public void End(SimulatedNode task, string state, string message = "Executor terminated", bool uuid = true, string? reason = null)
    {
        Vanish(task);
        Post(new TaskUpdated(new TaskStatus
        {
            TaskId = new TaskId(task.TaskId), State = state, AgentId = new AgentId(task.Agent), Message = message, Uuid = uuid ? new byte[16] : null,
            Reason = reason,
        }));
    }

    /// <summary>The task ends and nobody is told, as with its framework.</summary>
    public void Vanish(SimulatedNode task)
    {
        task.Dead = true;
        Tasks.Remove(task.TaskId);
        Agents[task.Agent] += task.Volume is null ? task.MemMb : 0;
    }

    /// <summary>A status that tells nothing of what this world does.</summary>
    public void Say(string task, string state, string? reason = null, string? agent = null) => Post(new TaskUpdated(new TaskStatus
    {
        TaskId = new TaskId(task), State = state, Reason = reason, AgentId = new AgentId(agent ?? "S1"), Uuid = new byte[16],
    }));

    /// <summary>The scheduler dies and another one starts from what is durable.</summary>
    public void Restart()
    {
        _effects.Clear();
        _queue.Clear();
        CrashAfter = null;
        State = new SchedulerState();
        Restarts++;
        Decide(new Recovered(
            Durable.TryGetValue(StateJson.SchedulerKey, out var json) ? StateJson.ReadScheduler("s", json) : new SchedulerRecord(),
            [.. Durable.Where(d => StateJson.IsCluster(d.Key)).Select(d => StateJson.ReadCluster(d.Key, d.Value))])
        {
            Past = StateJson.ReadPast(Durable.ToDictionary(d => d.Key, d => new StoredDocument(d.Value, 0))),
        });
        Suppressed = false;
        Post(new MesosSubscribed(Framework, null));
        Settle();
    }

    private void Decide(LoopEvent happened)
    {
        var before = State;
        var decision = Decider.Decide(before, happened, Now, Settings);
        State = decision.State;
        if (State.Record != before.Record)
            Durable[StateJson.SchedulerKey] = StateJson.Write(State.Record);
        if (!ReferenceEquals(State.Past, before.Past))
            Durable[StateJson.PastKey] = StateJson.Write(State.Past);
        foreach (var name in decision.Touched)
        {
            if (State.Clusters.TryGetValue(name, out var cluster))
                Durable[StateJson.KeyOf(name)] = StateJson.Write(cluster.Durable);
            else
                Durable.Remove(StateJson.KeyOf(name));
        }
        foreach (var effect in decision.Effects)
            _effects.Enqueue(effect);
    }

    private void Perform(Effect effect)
    {
        if (CrashAfter is { } left)
        {
            if (left == 0)
            {
                Restart();
                return;
            }
            CrashAfter = left - 1;
        }
        Performed.Add(effect);
        switch (effect)
        {
            case ReviveOffers: Suppressed = false; Offer(); break;
            case SuppressOffers: Suppressed = true; break;
            case AcceptOffer when LoseAccepts > 0: LoseAccepts--; break;
            case AcceptOffer accept: Accept(accept); break;
            case SendDirective { Directive: var directive }:
                if (Tasks.TryGetValue(directive.TaskId, out var obeys) && obeys.Obey(directive, this))
                    Post(obeys.Say());
                break;
            case SendAccounts { Hello: var hello }:
                if (Tasks.TryGetValue(hello.TaskId, out var started) && started.Report.Phase == NodePhase.Preparing && !HoldAccounts)
                    Post(started.Start(Now));
                break;
            case KillTask kill:
                if (Tasks.TryGetValue(kill.Task.Value, out var killed))
                    End(killed, TaskState.Killed);
                else
                    Post(new TaskUpdated(new TaskStatus { TaskId = kill.Task, State = TaskState.Gone }));
                break;
            case ReconcileTasks reconcile:
                foreach (var task in SilentAboutTasks ? [] : reconcile.Tasks)
                {
                    var state = Tasks.ContainsKey(task.TaskId.Value) ? TaskState.Running : TaskState.Gone;
                    Post(new TaskUpdated(new TaskStatus { TaskId = task.TaskId, State = state, AgentId = task.AgentId }));
                }
                break;
            case PublishServerSet publish:
                Published[publish.Cluster] = publish.Set;
                Post(new ServerSetPublished(publish.Cluster, publish.Incarnation, publish.Set));
                break;
            case RemoveServerSet remove:
                Published.Remove(remove.Cluster);
                Post(new ServerSetRemoved(remove.Cluster, remove.Incarnation));
                break;
            case Answer answer: Answers[answer.Request] = answer.Outcome; break;
        }
    }

    private void Offer()
    {
        if (HoldOffers)
            return;
        var offers = Agents.Where(a => !DeadAgents.Contains(a.Key)).Select(agent => new Offer
        {
            Id = new OfferId($"O{++_offers}"), FrameworkId = new FrameworkId("F"), AgentId = new AgentId(agent.Key), Hostname = agent.Key,
            Resources =
            [
                ResourcePool.Scalar("cpus", 16, "mysos"), ResourcePool.Scalar("mem", agent.Value, "mysos"),
                ResourcePool.Scalar("disk", 100000, "mysos"),
                new Resource { Name = "ports", Type = "RANGES", Ranges = new Ranges([new PortRange(31000, 31999)]) },
                .. Volumes.Values.Where(v => v.Agent == agent.Key && Tasks.Values.All(t => t.Volume != v)).SelectMany(v => v.Resources),
            ],
            Unavailability = Maintained.TryGetValue(agent.Key, out var from) ? OfferOf.UnavailableFrom(from) : null,
        }).ToArray();
        Post(new OffersReceived(offers));
    }

    private void Accept(AcceptOffer accept)
    {
        foreach (var operation in accept.Operations)
        {
            if (operation.Reserve is { } reserve)
            {
                var id = operation.Id!.Value.Value["reserve.".Length..];
                Volumes[id] = new SimulatedVolume { Id = id, Resources = [.. reserve.Resources] };
            }
            if (operation.Create is { } create)
            {
                var volume = Volumes[create.Volumes[0].Disk!.Persistence!.Id];
                volume.Resources = [.. volume.Resources.Where(r => r.Name != "disk"), .. create.Volumes];
            }
            if (operation.Unreserve is { } unreserve)
                Volumes.Remove(unreserve.Resources[0].Reservations![0].Labels!.Items[1].Value!);
            if (operation.Launch is { } launch)
                Launch(launch.TaskInfos[0]);
            if (operation.Id is { } feedback)
                Post(new OperationUpdated(new OperationStatus { OperationId = feedback, State = "OPERATION_FINISHED", Uuid = new OperationStatus.UuidValue(new byte[16]) }));
        }
    }

    private void Launch(TaskInfo info)
    {
        var persistence = info.Resources.FirstOrDefault(r => r.Disk?.Persistence is not null)?.Disk!.Persistence!.Id;
        var volume = persistence is null ? null : Volumes[persistence];
        if (volume is { Agent: null })
        {
            volume.Agent = info.AgentId.Value;
            Agents[info.AgentId.Value] -= 544;
        }
        else if (volume is null)
        {
            Agents[info.AgentId.Value] -= 544;
        }
        var task = new SimulatedNode(info, JsonSerializer.Deserialize(info.Data, ProtocolJson.Default.NodeTask)!, volume);
        Tasks.ContainsKey(task.TaskId).ShouldBeFalse();
        Tasks[task.TaskId] = task;
        Post(new TaskUpdated(new TaskStatus { TaskId = info.TaskId, State = TaskState.Running, AgentId = info.AgentId, Uuid = new byte[16] }));
        Post(task.Hello());
    }
}
