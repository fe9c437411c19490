using Mysos.Core.Mesos;

namespace Mysos.Tests.LocalMesos;

public sealed class VolumeTests : LocalMesosTestBase
{
    private static readonly Labels Cluster1 = new([new Label("cluster", "c1")]);

    [Fact]
    public async Task ReserveCreateLaunch_KillRelaunch_DataIsKeptUntilDestroy()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0,
            Reserve("op-reserve", Mine("cpus", 1), Mine("mem", 256), Mine("disk", 1024)),
            Create("op-create", Volume("vol-1")),
            Launch(OnVolume(offer, "t1")));
        (await Finished(scheduler, "op-reserve")).AgentId.ShouldBe(offer.AgentId);
        await Finished(scheduler, "op-create");
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");
        (await scheduler.AskAsync(Agent.AgentId, "exec-t1", "write data/file kept")).ShouldBe("written");
        File.ReadAllText(Path.Combine(WorkDir, "agent1/volumes/roles/mysos/vol-1/file")).ShouldBe("kept");

        var withVolume = await KillAndReviveAsync(scheduler, "t1");
        withVolume.Resources.Count(resource => resource.Reservations is not null).ShouldBe(3);
        var disk = withVolume.Resources.Single(resource => resource.Disk is not null);
        disk.Disk!.Persistence!.Id.ShouldBe("vol-1");
        disk.Disk.Volume!.ContainerPath.ShouldBe("data");
        disk.Reservations!.Single().Labels!.Items.Single().Value.ShouldBe("c1");
        await scheduler.AcceptAsync(withVolume, 0, Launch(OnVolume(withVolume, "t2")));
        await scheduler.WaitUpdateAsync("t2", "TASK_RUNNING");
        (await scheduler.AskAsync(Agent.AgentId, "exec-t2", "read data/file")).ShouldBe("kept");

        var last = await KillAndReviveAsync(scheduler, "t2");
        var skip = scheduler.Events.Count;
        await scheduler.AcceptAsync(last, 0,
            new Operation { Type = "DESTROY", Id = new OperationId("op-destroy"), Destroy = new Operation.VolumesOperation([Volume("vol-1")]) },
            new Operation
            {
                Type = "UNRESERVE", Id = new OperationId("op-unreserve"),
                Unreserve = new Operation.ResourcesOperation([Mine("cpus", 1), Mine("mem", 256), Mine("disk", 1024)]),
            });
        await Finished(scheduler, "op-unreserve");
        Directory.Exists(Path.Combine(WorkDir, "agent1/volumes/roles/mysos/vol-1")).ShouldBeFalse();
        var clean = await scheduler.WaitOfferAsync(
            skip: skip, fits: each => each.Resources.Any(resource => resource.Name == "disk")
                && each.Resources.All(resource => resource.Reservations is null && resource.Disk is null));
        clean.AgentId.ShouldBe(offer.AgentId);
    }

    [Fact]
    public async Task Volume_SandboxPruning_NeverTouchesIt()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        var skip = scheduler.Events.Count;
        await scheduler.AcceptAsync(offer, 0,
            Reserve(null, Mine("cpus", 1), Mine("mem", 256), Mine("disk", 1024)), Create(null, Volume("vol-1")));
        var file = Path.Combine(WorkDir, "agent1/volumes/roles/mysos/vol-1/file");
        await UntilAsync(() => Directory.Exists(Path.GetDirectoryName(file)), "no volume");
        await File.WriteAllTextAsync(file, "kept");

        for (var i = 0; i < 13; i++)
        {
            var next = await scheduler.WaitOfferAsync(skip: skip, fits: HasVolume);
            skip = scheduler.Events.Count;
            await scheduler.AcceptAsync(next, 0, Launch(OnVolume(next, $"t{i}") with
            {
                Executor = NewTask(next, $"t{i}", command: "exit 0").Executor! with { Resources = [Mine("cpus", 0.1), Mine("mem", 32)] },
            }));
            await scheduler.WaitUpdateAsync($"t{i}", "TASK_FAILED", skip);
        }

        string[] Runs() => [.. Directory.EnumerateDirectories(Path.Combine(WorkDir, "agent1/slaves"), "runs", SearchOption.AllDirectories)];
        await UntilAsync(() => Runs().Length == 10, "old sandboxes are not deleted");
        (await File.ReadAllTextAsync(file)).ShouldBe("kept");
    }

    [Theory]
    [MemberData(nameof(BadOperations))]
    public async Task Operation_Invalid_OperationErrorInMesosWords(string name, string message)
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();

        await scheduler.AcceptAsync(offer, 0, Bad[name]);

        var status = (await scheduler.WaitAsync(each => each.UpdateOperationStatus is not null)).UpdateOperationStatus!.Status;
        status.State.ShouldBe("OPERATION_ERROR");
        status.Uuid.ShouldBeNull();
        status.AgentId.ShouldBeNull();
        var ports = offer.Resources.Single(resource => resource.Name == "ports").Ranges!.Range[0];
        status.Message.ShouldBe(message
            .Replace("<place>", $"; on agent {Agent.AgentId} at slave(1)@{Agent.Endpoint} (127.0.0.1)")
            .Replace("<all>", "cpus(allocated: mysos):4; mem(allocated: mysos):8192; disk(allocated: mysos):20480; " +
                $"ports(allocated: mysos):[{ports.Begin}-{ports.End}]"));
    }

    public static TheoryData<string, string> BadOperations => new()
    {
        { "create unreserved", "Invalid resources: Invalid DiskInfo: Persistent volumes cannot be created from unreserved resources<place>" },
        { "create not offered", "<all> does not contain disk(allocated: mysos)(reservations: [(DYNAMIC,mysos,mysos,{cluster: c1})]):1024" },
        { "reserve for other principal", "A reserve operation was attempted by authenticated principal 'mysos', which does not match a reserved resource in the request with principal 'other'<place>" },
        { "reserve for other role", "A reserve operation was attempted for a resource with role 'other', but the resource was allocated to role 'mysos'<place>" },
        { "reserve without principal", "A reserve operation was attempted by principal 'mysos', but there is a reserved resource in the request with no principal set<place>" },
        { "reserve too much", "<all> does not contain cpus(allocated: mysos):100" },
        { "reserve unreserved", "Resource cpus(allocated: mysos):1 is not dynamically reserved<place>" },
        { "unreserve unreserved", "<all> does not contain cpus(allocated: mysos)(reservations: [(DYNAMIC,mysos,mysos,{cluster: c1})]):1" },
        { "destroy unknown", "Persistent volumes not found<place>" },
    };

    private static Dictionary<string, Operation> Bad => new()
    {
        ["create unreserved"] = Create("bad", Volume("vol-1") with { Reservations = null }),
        ["create not offered"] = Create("bad", Volume("vol-1")),
        ["reserve for other principal"] = Reserve("bad", Mine("cpus", 1) with { Reservations = [Reservation with { Principal = "other" }] }),
        ["reserve for other role"] = Reserve("bad", Mine("cpus", 1) with { Reservations = [Reservation with { Role = "other" }] }),
        ["reserve without principal"] = Reserve("bad", Mine("cpus", 1) with { Reservations = [Reservation with { Principal = null }] }),
        ["reserve too much"] = Reserve("bad", Mine("cpus", 100)),
        ["reserve unreserved"] = Reserve("bad", Scalar("cpus", 1)),
        ["unreserve unreserved"] = new Operation
        {
            Type = "UNRESERVE", Id = new OperationId("bad"), Unreserve = new Operation.ResourcesOperation([Mine("cpus", 1)]),
        },
        ["destroy unknown"] = new Operation
        {
            Type = "DESTROY", Id = new OperationId("bad"), Destroy = new Operation.VolumesOperation([Volume("nosuch")]),
        },
    };

    [Fact]
    public async Task OperationStatus_NotAcknowledged_IsReconciledAndSentAgain()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        scheduler.AcknowledgesOperations = false;
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 3600, Reserve("op", Mine("cpus", 1)));
        var first = await Finished(scheduler, "op");

        var skip = scheduler.Events.Count;
        await scheduler.CallAsync(new SchedulerCall
        {
            Type = "RECONCILE_OPERATIONS",
            ReconcileOperations = new SchedulerCall.ReconcileOperationsCall(
                [new SchedulerCall.ReconcileOperation(new OperationId("op"), offer.AgentId), new SchedulerCall.ReconcileOperation(new OperationId("no"))]),
        });

        (await Finished(scheduler, "op", skip)).Uuid.ShouldBeNull();
        var unknown = await scheduler.WaitAsync(each => each.UpdateOperationStatus?.Status.State == "OPERATION_UNKNOWN");
        unknown.UpdateOperationStatus!.Status.Message.ShouldBe("Reconciliation: Operation is unknown and no 'agent_id' was provided");
        (await Finished(scheduler, "op", scheduler.Events.Count)).Uuid!.Value.ShouldBe(first.Uuid!.Value);
    }

    /// <summary>
    /// Ends the task, and returns the one offer of all that it and its executor had. Without SUPPRESS the task's part could
    /// be offered before the executor has ended, and the rest never again together with it.
    /// </summary>
    private static async Task<Offer> KillAndReviveAsync(TestScheduler scheduler, string task)
    {
        await scheduler.CallAsync(new SchedulerCall { Type = "SUPPRESS" });
        var skip = scheduler.Events.Count;
        await scheduler.KillAsync(task);
        await scheduler.WaitAsync(each => each.Failure?.ExecutorId?.Value == "exec-" + task, skip);
        skip = scheduler.Events.Count;
        await scheduler.CallAsync(new SchedulerCall { Type = "REVIVE" });
        return await scheduler.WaitOfferAsync(skip: skip, fits: HasVolume);
    }

    internal static bool HasVolume(Offer offer) =>
        offer.Resources.Any(resource => resource.Disk is not null) && offer.Resources.Any(resource => resource is { Name: "cpus", Reservations: not null });

    internal static Operation Reserve(string? id, params Resource[] resources) => new()
    {
        Type = "RESERVE", Id = id is null ? null : new OperationId(id), Reserve = new Operation.ResourcesOperation(resources),
    };

    internal static Operation Create(string? id, params Resource[] volumes) => new()
    {
        Type = "CREATE", Id = id is null ? null : new OperationId(id), Create = new Operation.VolumesOperation(volumes),
    };

    internal static Resource Mine(string name, double value) => Scalar(name, value) with { Reservations = [Reservation] };

    internal static Resource Volume(string id) => Mine("disk", 1024) with
    {
        Disk = new DiskInfo
        {
            Persistence = new DiskPersistence(id, "mysos"), Volume = new Volume { ContainerPath = "data", Mode = "RW" },
        },
    };

    internal static TaskInfo OnVolume(Offer offer, string id)
    {
        var task = NewTask(offer, id, resources: [Mine("cpus", 0.9), Mine("mem", 224), Volume("vol-1")]);
        return task with { Executor = task.Executor! with { Resources = [Mine("cpus", 0.1), Mine("mem", 32)] } };
    }

    private static ReservationInfo Reservation => new() { Type = "DYNAMIC", Role = "mysos", Principal = "mysos", Labels = Cluster1 };

    private static async Task<OperationStatus> Finished(TestScheduler scheduler, string id, int skip = 0) =>
        (await scheduler.WaitAsync(each => each.UpdateOperationStatus?.Status is { State: "OPERATION_FINISHED" } status
            && status.OperationId!.Value.Value == id, skip)).UpdateOperationStatus!.Status;
}
