using Mysos.Core.Mesos;

namespace Mysos.Tests.LocalMesos;

public sealed class RestartTests : LocalMesosTestBase
{
    [Fact]
    public async Task Start_AfterACrash_LeftoversAreDeadTasksFailAndTheVolumeIsThere()
    {
        var before = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await before.WaitOfferAsync();
        await before.AcceptAsync(offer, 0,
            VolumeTests.Reserve(null, VolumeTests.Mine("cpus", 1), VolumeTests.Mine("mem", 256), VolumeTests.Mine("disk", 1024)),
            VolumeTests.Create(null, VolumeTests.Volume("vol-1")), Launch(VolumeTests.OnVolume(offer, "t1")));
        var pid = (int)(await before.WaitUpdateAsync("t1", "TASK_RUNNING")).Update!.Status.ContainerStatus!.ExecutorPid!.Value;
        await before.AskAsync(Agent.AgentId, "exec-t1", "write data/file kept");
        var daemon = int.Parse(await before.AskAsync(Agent.AgentId, "exec-t1", "daemon"));
        await UntilAsync(() => before.Events.Count(each => each.Update is not null) == 2, "updates");
        var (agentId, endpoint, master) = (Agent.AgentId, Agent.Endpoint, Cluster.MasterEndpoint);

        await Cluster.CrashAsync();
        IsAlive(pid).ShouldBeTrue();
        Cluster = await StartAsync();

        IsAlive(pid).ShouldBeFalse();
        IsAlive(daemon).ShouldBeFalse();
        (Agent.AgentId, Agent.Endpoint, Cluster.MasterEndpoint).ShouldBe((agentId, endpoint, master));
        await before.DisposeAsync();
        await using var after = await TestScheduler.SubscribeAsync(Cluster, TestScheduler.Framework(before.FrameworkId));
        var failed = (await after.WaitUpdateAsync("t1", "TASK_FAILED")).Update!.Status;
        failed.Reason.ShouldBe("REASON_EXECUTOR_TERMINATED");
        failed.Uuid.ShouldNotBeNull();
        after.Events.ShouldAllBe(each => each.Failure == null);
        var again = await after.WaitOfferAsync(fits: VolumeTests.HasVolume);
        await after.AcceptAsync(again, 0, Launch(VolumeTests.OnVolume(again, "t2")));
        await after.WaitUpdateAsync("t2", "TASK_RUNNING");
        (await after.AskAsync(Agent.AgentId, "exec-t2", "read data/file")).ShouldBe("kept");
    }

    [Fact]
    public async Task Stop_WithRunningExecutors_LeavesNoProcess()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(
            NewTask(offer, "polite", data: """{"shutdown":"update"}"""), NewTask(offer, "deaf", data: """{"shutdown":"ignore"}""")));
        await scheduler.WaitUpdateAsync("polite", "TASK_RUNNING");
        await scheduler.WaitUpdateAsync("deaf", "TASK_RUNNING");
        var pids = scheduler.Events.Where(each => each.Update is not null)
            .Select(each => (int)each.Update!.Status.ContainerStatus!.ExecutorPid!.Value).Distinct().ToList();
        pids.Add(int.Parse(await scheduler.AskAsync(Agent.AgentId, "exec-deaf", "daemon")));

        await Cluster.StopAsync();

        pids.Count.ShouldBe(3);
        pids.ShouldAllBe(pid => !IsAlive(pid));
        var killed = (await scheduler.WaitUpdateAsync("polite", "TASK_KILLED")).Update!.Status;
        killed.Message.ShouldBe("executor shutdown");
    }

    [Fact]
    public async Task Start_InAWorkDirThatIsInUse_SaysSo()
    {
        var error = await Should.ThrowAsync<IOException>(StartAsync);

        error.Message.ShouldContain(WorkDir);
    }

    [Fact]
    public async Task KillAgent_ExecutorComesBack_TaskWasNeverTouched()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");
        var rest = await scheduler.WaitOfferAsync(fits: each => each.ExecutorIds is not null);

        await Agent.KillAsync();

        (await scheduler.WaitAsync(each => each.Rescind is not null)).Rescind!.OfferId.ShouldBe(rest.Id);
        var skip = scheduler.Events.Count;
        await Agent.StartAsync();
        await scheduler.WaitOfferAsync(skip: skip, fits: each => each.ExecutorIds is not null);
        (await scheduler.AskAsync(Agent.AgentId, "exec-t1", "hello")).ShouldBe("echo:hello");
        // An update whose acknowledgement was lost with the agent comes again.
        scheduler.Events.Skip(skip).ShouldAllBe(each => each.Failure == null && (each.Update == null || each.Update.Status.State == "TASK_RUNNING"));
    }

    [Fact]
    public async Task StartAgent_WhileItStops_ItStartsOnceItHasStopped()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1", data: """{"shutdown":"update"}""")));
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");

        var stopping = Agent.StopAsync();
        var skip = scheduler.Events.Count;
        await Agent.StartAsync();

        stopping.IsCompletedSuccessfully.ShouldBeTrue();
        await scheduler.WaitOfferAsync(skip: skip);
    }

    [Fact]
    public async Task KillAgent_WithItsExecutors_TasksFailWhenItIsBack()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));
        var pid = (int)(await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING")).Update!.Status.ContainerStatus!.ExecutorPid!.Value;

        await Agent.KillAsync(withExecutors: true);
        await UntilAsync(() => !IsAlive(pid) && Agent.Node.Containers.IsIdle, "the executor lives");
        scheduler.Events.ShouldNotContain(each => each.Update != null && each.Update.Status.State == "TASK_FAILED");
        await Agent.StartAsync();

        (await scheduler.WaitUpdateAsync("t1", "TASK_FAILED")).Update!.Status.Reason.ShouldBe("REASON_EXECUTOR_TERMINATED");
    }

    [Fact]
    public async Task StopAgent_TasksEndAndItComesBackWithTheSameId()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1", data: """{"shutdown":"update"}""")));
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");
        var id = Agent.AgentId;

        await Agent.StopAsync();

        (await scheduler.WaitUpdateAsync("t1", "TASK_LOST")).Update!.Status.Reason.ShouldBe("REASON_AGENT_REMOVED");
        var skip = scheduler.Events.Count;
        await Agent.StartAsync();
        (await scheduler.WaitOfferAsync(skip: skip)).AgentId.Value.ShouldBe(id);
    }
}
