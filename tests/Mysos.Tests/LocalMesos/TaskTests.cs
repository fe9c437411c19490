using Mysos.Core.Mesos;

namespace Mysos.Tests.LocalMesos;

public sealed class TaskTests : LocalMesosTestBase
{
    [Fact]
    public async Task Subscribe_NewFramework_SubscribedHeartbeatOffers()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);

        var offer = await scheduler.WaitOfferAsync();

        scheduler.Events.Select(each => each.Type).ShouldBe(["SUBSCRIBED", "HEARTBEAT", "OFFERS"]);
        scheduler.Events[0].Subscribed!.HeartbeatIntervalSeconds.ShouldBe(15);
        scheduler.Events[0].Subscribed!.MasterInfo!.Ip.ShouldBe(16777343);
        offer.AgentId.Value.ShouldBe(Agent.AgentId);
        offer.Hostname.ShouldBe("127.0.0.1");
        offer.AllocationInfo!.Role.ShouldBe("mysos");
        offer.Attributes!.Select(attribute => attribute.Text!.Value).ShouldBe(["r1", "a1"]);
        offer.Resources.Single(resource => resource.Name == "cpus").Scalar!.Value.ShouldBe(4);
        offer.Resources.Single(resource => resource.Name == "ports").Ranges!.Range.Single().ShouldSatisfyAllConditions(
            range => (range.End - range.Begin).ShouldBe(998ul), range => range.Begin.ShouldBeGreaterThanOrEqualTo(10000ul));
    }

    [Fact]
    public async Task Launch_CustomExecutor_StartingThenRunningThenRestIsOffered()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();

        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));

        var starting = await scheduler.WaitUpdateAsync("t1", "TASK_STARTING");
        starting.Update!.Status.ContainerStatus!.ExecutorPid.ShouldNotBeNull();
        starting.Update.Status.ContainerStatus.NetworkInfos!.Single().IpAddresses!.Single().Value.ShouldBe("127.0.0.1");
        starting.Update.Status.Source.ShouldBe("SOURCE_EXECUTOR");
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");
        var rest = await scheduler.WaitOfferAsync(fits: each => each.ExecutorIds is not null);
        rest.ExecutorIds!.ShouldBe([new ExecutorId("exec-t1")]);
        rest.Resources.Single(resource => resource.Name == "cpus").Scalar!.Value.ShouldBe(3.4);
        rest.Resources.Single(resource => resource.Name == "mem").Scalar!.Value.ShouldBe(8096);
    }

    [Fact]
    public async Task Launch_CustomExecutor_EnvironmentAndSandboxAreThoseOfMesos()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");

        var environment = System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, string>>(
            await scheduler.AskAsync(Agent.AgentId, "exec-t1", "env"))!;

        environment.Keys.Where(name => name != "LC_CTYPE").Order(StringComparer.Ordinal).ShouldBe([
            "LIBPROCESS_IP", "LIBPROCESS_PORT", "MESOS_AGENT_ENDPOINT", "MESOS_CHECKPOINT", "MESOS_DIRECTORY", "MESOS_EXECUTOR_ID",
            "MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", "MESOS_FRAMEWORK_ID", "MESOS_HTTP_COMMAND_EXECUTOR", "MESOS_RECOVERY_TIMEOUT",
            "MESOS_SANDBOX", "MESOS_SLAVE_ID", "MESOS_SLAVE_PID", "MESOS_SUBSCRIPTION_BACKOFF_MAX", "PATH", "PWD"]);
        environment["MESOS_AGENT_ENDPOINT"].ShouldBe(Agent.Endpoint);
        environment["MESOS_RECOVERY_TIMEOUT"].ShouldBe("15secs");
        environment["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"].ShouldBe("1secs");
        environment["MESOS_SANDBOX"].ShouldStartWith(
            $"{WorkDir}/agent1/slaves/{Agent.AgentId}/frameworks/{scheduler.FrameworkId}/executors/exec-t1/runs/");
        File.ReadAllText(Path.Combine(environment["MESOS_SANDBOX"], "stdout")).ShouldStartWith("started");
    }

    [Fact]
    public async Task Launch_SecondTaskOnRunningExecutor_IsDelivered()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1", executor: "exec")));
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");
        var rest = await scheduler.WaitOfferAsync(fits: each => each.ExecutorIds is not null);

        await scheduler.AcceptAsync(rest, 0, Launch(NewTask(rest, "t2", executor: "exec")));

        await scheduler.WaitUpdateAsync("t2", "TASK_RUNNING");
    }

    [Fact]
    public async Task Update_NotAcknowledged_OnlyTheFirstIsSentAndAgainAfterTenSeconds()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        scheduler.AcknowledgesUpdates = false;
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 3600, Launch(NewTask(offer, "t1")));
        var first = await scheduler.WaitUpdateAsync("t1", "TASK_STARTING");
        var sent = TimeProvider.System.GetTimestamp();

        var again = await scheduler.WaitUpdateAsync("t1", "TASK_STARTING", scheduler.Events.Count);

        TimeProvider.System.GetElapsedTime(sent).TotalSeconds.ShouldBeInRange(9.8, 12);
        again.Update!.Status.Uuid.ShouldBe(first.Update!.Status.Uuid);
        again.Update.Status.Timestamp.ShouldBe(first.Update.Status.Timestamp);
        scheduler.Events.ShouldNotContain(each => each.Update != null && each.Update.Status.State == "TASK_RUNNING");
    }

    [Fact]
    public async Task Kill_RunningTask_KillingThenKilledThenFailureOfTheExecutor()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");

        await scheduler.KillAsync("t1");

        await scheduler.WaitUpdateAsync("t1", "TASK_KILLING");
        await scheduler.WaitUpdateAsync("t1", "TASK_KILLED");
        var failure = await scheduler.WaitAsync(each => each.Failure is not null);
        failure.Failure!.Status.ShouldBe(0);
        scheduler.Events.ShouldNotContain(each => each.Update != null && each.Update.Status.State == "TASK_FAILED");
        (await scheduler.WaitOfferAsync(skip: scheduler.Events.ToList().IndexOf(failure), fits: each => each.ExecutorIds is null)).ShouldNotBeNull();
        await scheduler.KillAsync("t1");
        var gone = await scheduler.WaitUpdateAsync("t1", "TASK_UNKNOWN");
        gone.Update!.Status.Message.ShouldBe("Reconciliation: Task is unknown");
        gone.Update.Status.Uuid.ShouldBeNull();
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7 * 256)]
    public async Task ExecutorExit_WithoutUpdate_FailureThenTaskFailed(string how, int status)
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();

        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1", data: $$"""{"launch":"{{how}}"}""")));

        var failed = (await scheduler.WaitUpdateAsync("t1", "TASK_FAILED")).Update!.Status;
        failed.Source.ShouldBe("SOURCE_AGENT");
        failed.Reason.ShouldBe("REASON_EXECUTOR_TERMINATED");
        failed.Message.ShouldBe("Executor terminated");
        failed.Uuid!.Length.ShouldBe(16);
        (await scheduler.WaitAsync(each => each.Failure is not null)).Failure!.Status.ShouldBe(status);
    }

    [Fact]
    public async Task ExecutorSigkill_WithChildrenAndDaemon_AllAreDeadWhenTheTaskFails()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");
        var child = int.Parse(await scheduler.AskAsync(Agent.AgentId, "exec-t1", "child"));
        var daemon = int.Parse(await scheduler.AskAsync(Agent.AgentId, "exec-t1", "daemon"));
        IsAlive(child).ShouldBeTrue();
        IsAlive(daemon).ShouldBeTrue();

        await scheduler.SayAsync(Agent.AgentId, "exec-t1", "exit 137");

        await scheduler.WaitUpdateAsync("t1", "TASK_FAILED");
        IsAlive(child).ShouldBeFalse();
        IsAlive(daemon).ShouldBeFalse();
        (await scheduler.WaitAsync(each => each.Failure is not null)).Failure!.Status.ShouldBe(35072);
    }

    [Fact]
    public async Task Shutdown_IgnoredByTheExecutor_IsKilledAfterTheGracePeriod()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1", data: """{"shutdown":"ignore"}""")));
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");

        await scheduler.CallAsync(new SchedulerCall
        {
            Type = "SHUTDOWN", Shutdown = new SchedulerCall.ShutdownCall(new ExecutorId("exec-t1"), offer.AgentId),
        });

        (await scheduler.WaitAsync(each => each.Failure is not null)).Failure!.Status.ShouldBe(9);
        await scheduler.WaitUpdateAsync("t1", "TASK_FAILED");
    }

    [Fact]
    public async Task Message_BothWays_InOrderAndWhole()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");
        var large = new string('x', 70_000);

        (await scheduler.AskAsync(Agent.AgentId, "exec-t1", "hello")).ShouldBe("echo:hello");
        (await scheduler.AskAsync(Agent.AgentId, "exec-t1", "")).ShouldBe("echo:");
        (await scheduler.AskAsync(Agent.AgentId, "exec-t1", large)).ShouldBe("echo:" + large);
        var skip = scheduler.Events.Count;
        for (var i = 0; i < 20; i++)
            await scheduler.SayAsync(Agent.AgentId, "exec-t1", $"m{i}");
        await scheduler.WaitAsync(each => each.Message is { Data: { } data } && System.Text.Encoding.UTF8.GetString(data) == "echo:m19", skip);
        scheduler.Events.Skip(skip).Where(each => each.Message is not null).Select(each => System.Text.Encoding.UTF8.GetString(each.Message!.Data!))
            .ShouldBe(Enumerable.Range(0, 20).Select(i => $"echo:m{i}"));
    }

    [Fact]
    public async Task Fetch_ArchiveAndExecutable_AreInTheSandbox()
    {
        var source = Directory.CreateTempSubdirectory("mysos-fetch-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(source, "inside.txt"), "inside");
            var tar = Path.Combine(WorkDir, "some.tar");
            await System.Formats.Tar.TarFile.CreateFromDirectoryAsync(source, tar, includeBaseDirectory: false);
            var tool = Path.Combine(WorkDir, "tool.sh");
            File.WriteAllText(tool, "#!/bin/sh\ntest -f inside.txt && exec " + ScriptCommand + "\n");
            await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
            var offer = await scheduler.WaitOfferAsync();

            await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1", command: "./tool.sh", uris:
            [
                new CommandUri { Value = tar, Cache = true }, new CommandUri { Value = $"file://{tool}", Executable = true },
            ])));

            await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");
        }
        finally
        {
            Directory.Delete(source, recursive: true);
        }
    }

    [Fact]
    public async Task Fetch_MissingFile_TaskFailsWithMesosWords()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();

        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1", uris: [new CommandUri { Value = "/no/such/file" }])));

        var failed = (await scheduler.WaitUpdateAsync("t1", "TASK_FAILED")).Update!.Status;
        failed.Reason.ShouldBe("REASON_CONTAINER_LAUNCH_FAILED");
        failed.Message!.ShouldStartWith("Failed to launch container: Failed to fetch all URIs for container '");
        (await scheduler.WaitAsync(each => each.Failure is not null)).Failure!.Status.ShouldBe(256);
    }
}
