using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Master;

/// <summary>Subscription, disconnection, failover and removal of frameworks.</summary>
internal sealed class FrameworkDesk(MasterState state, OfferDesk offers)
{
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    /// <summary>Mesos' <c>--max_completed_frameworks</c>.</summary>
    private const int MostCompleted = 50;

    public void Subscribe(string stream, SchedulerCall.SubscribeCall subscribe, Moment now)
    {
        var info = subscribe.FrameworkInfo;
        if (Refusal(info) is { } refusal)
        {
            state.Effects.Add(new MasterEffect.Send(stream, Error(refusal)));
            state.Effects.Add(new MasterEffect.Close(stream));
            return;
        }
        var id = info.Id ?? state.NextFrameworkId();
        if (state.Frameworks.TryGetValue(id, out var framework))
        {
            // An idle framework that comes back is offered what is free at once; one that replaces a living stream waits
            // for the next cycle.
            state.AllocateNow |= !framework.IsConnected;
            var roles = info.RoleNames();
            offers.Rescind(offer => offer.FrameworkId == id && !roles.Contains(offer.Role));
            FailOver(framework);
            // User and checkpointing cannot change; Mesos says nothing about it.
            framework.Info = info with { Id = id, User = framework.Info.User, Checkpoint = framework.Info.Checkpoint };
        }
        else
        {
            framework = new FrameworkEntry(id, info with { Id = id }) { RegisteredAt = now.Wall };
            state.Frameworks.Add(id, framework);
            state.AllocateNow = true;
        }
        framework.Stream = stream;
        framework.ReregisteredAt = now.Wall;
        framework.RemoveAt = null;
        framework.NextHeartbeat = now.Up + HeartbeatInterval;
        framework.Suppressed.Clear();
        framework.Suppressed.UnionWith(subscribe.SuppressedRoles ?? []);
        state.Send(framework, new SchedulerEvent
        {
            Type = "SUBSCRIBED",
            Subscribed = new SchedulerEvent.SubscribedEvent
            {
                FrameworkId = id, HeartbeatIntervalSeconds = HeartbeatInterval.TotalSeconds, MasterInfo = state.Info,
            },
        });
        state.Send(framework, new SchedulerEvent { Type = "HEARTBEAT" });
        foreach (var agent in state.Agents.Keys)
            state.Tell(agent, new AgentCommand.FrameworkSubscribed(framework.Info));
    }

    public void Disconnected(string stream, Moment now)
    {
        if (state.Frameworks.Values.FirstOrDefault(framework => framework.Stream == stream) is not { } lost)
            return;
        lost.Stream = null;
        offers.Withdraw(lost);
        WaitForReturn(lost, now);
    }

    /// <summary>Starts the framework's failover time.</summary>
    public static void WaitForReturn(FrameworkEntry framework, Moment now) =>
        framework.RemoveAt = now.Up + TimeSpan.FromSeconds(
            Math.Min(framework.Info.FailoverTimeout ?? 0, TimeSpan.FromDays(3650).TotalSeconds));

    /// <summary>Ends the framework: its executors are shut down, and its id is refused from now on.</summary>
    public void Remove(FrameworkEntry framework)
    {
        if (framework.Stream is { } stream)
            state.Effects.Add(new MasterEffect.Close(stream));
        framework.Stream = null;
        offers.Withdraw(framework);
        state.Frameworks.Remove(framework.Id);
        state.RemovedFrameworks.Add(framework.Id);
        state.CompletedFrameworks.Enqueue(framework);
        if (state.CompletedFrameworks.Count > MostCompleted)
            state.CompletedFrameworks.Dequeue();
        foreach (var agent in state.Agents.Keys)
            state.Tell(agent, new AgentCommand.ShutdownFramework(framework.Id));
    }

    public void Tick(Moment now)
    {
        foreach (var framework in state.Frameworks.Values.ToArray())
        {
            if (framework.RemoveAt <= now.Up)
                Remove(framework);
            while (framework.IsConnected && framework.NextHeartbeat <= now.Up)
            {
                framework.NextHeartbeat += HeartbeatInterval;
                state.Send(framework, new SchedulerEvent { Type = "HEARTBEAT" });
            }
        }
    }

    private string? Refusal(FrameworkInfo info)
    {
        if (FrameworkRules.Error(info) is { } wrong)
            return wrong;
        if (info.Id is not { } id)
            return null;
        if (state.RemovedFrameworks.Contains(id))
            return "Framework has been removed";
        return state.Frameworks.TryGetValue(id, out var known) && known.Info.Principal != info.Principal
            ? "Changing framework's principal is not allowed."
            : null;
    }

    private void FailOver(FrameworkEntry framework)
    {
        if (framework.Stream is { } old)
        {
            state.Effects.Add(new MasterEffect.Send(old, Error("Framework failed over")));
            state.Effects.Add(new MasterEffect.Close(old));
        }
        framework.Stream = null;
        offers.Withdraw(framework);
    }

    private static SchedulerEvent Error(string message) =>
        new() { Type = "ERROR", Error = new SchedulerEvent.ErrorEvent(message) };
}
