using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>
/// The framework through all of its schedulers: which id, roles, principal and user it subscribes with, what of it can
/// change, and what follows when Mesos has removed it.
/// </summary>
public static class FrameworkLife
{
    /// <summary>What to subscribe with, as the flags and the state have it.</summary>
    public static FrameworkInfo Info(FrameworkInfo flags, SchedulerState state, SchedulerSettings settings) => flags with
    {
        Id = state.Record.FrameworkId, Roles = Roles(state, settings),
    };

    /// <summary>
    /// Flags that differ from what the framework was registered with and that Mesos does not change: the principal it
    /// refuses, the user it silently ignores. Null: nothing is wrong.
    /// </summary>
    public static string? WhyNot(SchedulerRecord record, SchedulerSettings settings)
    {
        if (record.FrameworkId is not { } framework || settings.NewFramework == framework.Value)
            return null;
        if (record.Principal is { } principal && principal != settings.Principal)
        {
            return $"The framework {framework} was registered with the principal '{principal}', and --framework_authentication_file names "
                + $"'{settings.Principal}' now. Mesos does not let it change: {Right(framework)}";
        }
        if (record.User is { } user && settings.User is { } now && user != now)
        {
            return $"The framework {framework} was registered with the user '{user}', and --framework_user is '{now}' now. "
                + $"Mesos ignores the change: {Right(framework)}";
        }
        return null;

        static string Right(FrameworkId framework) => "start with the first one; or tear the framework down in Mesos, which ends all tasks, "
            + $"and start with --new_framework={framework}.";
    }

    internal static void Load(Turn turn) => turn.State = turn.State with
    {
        Mesos = turn.State.Mesos with
        {
            FrameworkId = turn.State.Record.FrameworkId?.Value, Problem = WhyNot(turn.State.Record, turn.Settings),
        },
    };

    internal static void Subscribed(Turn turn, MesosSubscribed subscribed)
    {
        var record = turn.State.Record;
        if (record.FrameworkId != subscribed.FrameworkId)
            EndTasks(turn);
        turn.State = turn.State with
        {
            Record = record with
            {
                FrameworkId = subscribed.FrameworkId,
                Owner = SchedulerRecord.OwnerOf(record) ?? subscribed.FrameworkId.Value,
                Principal = turn.Settings.Principal, User = turn.Settings.User ?? record.User,
                Roles = Same(record.Roles, Roles(turn.State, turn.Settings)),
            },
        };
    }

    /// <summary>What happened and what would be right, for people.</summary>
    public static string Explain(MesosRefused refused, SchedulerRecord record, SchedulerSettings settings)
    {
        if (!refused.Removed || record.FrameworkId is not { } framework)
            return refused.Reason;
        if (settings.NewFramework == framework.Value)
            return $"Mesos has removed the framework {framework}; as --new_framework says, another one follows it.";
        return $"Mesos has removed the framework {framework} and ended all of its tasks: it was torn down, or no scheduler was "
            + "connected for --framework_failover_timeout. To go on as a new framework, start the scheduler with "
            + $"--new_framework={framework}; nodes then start again on their volumes."
            + (settings.NewFramework is { } other ? $" (It was started with --new_framework={other}, which is another one.)" : "");
    }

    /// <summary>Mesos will not have the framework. Nothing is done about it but what an operator asks for by a flag.</summary>
    internal static void Refused(Turn turn, MesosRefused refused)
    {
        var problem = Explain(refused, turn.State.Record, turn.Settings);
        turn.State = turn.State with { Mesos = turn.State.Mesos with { Connected = false, Problem = problem } };
        if (!refused.Removed)
            return;
        // Its executors were told to end: what they said last is true no more, and nobody is told of them.
        foreach (var cluster in turn.State.Clusters.Values.Where(c => !c.Observed.IsEmpty))
            turn.Put(cluster with { Observed = cluster.Observed.Clear() });
        var record = turn.State.Record;
        if (record.FrameworkId is { } framework && turn.Settings.NewFramework == framework.Value)
        {
            turn.State = turn.State with
            {
                Record = record with { FrameworkId = null, Owner = SchedulerRecord.OwnerOf(record), Principal = null, User = null },
                Mesos = new MesosView(),
            };
        }
    }

    private static ImmutableSortedSet<string> Roles(SchedulerState state, SchedulerSettings settings)
    {
        // A volume is offered to the role in which it was made, and to no other.
        var needed = state.Clusters.Values.Any(c => c.Durable.Nodes.Values.Any(n => n.Volume is not null));
        return (needed ? state.Record.Roles : []).Add(settings.Role);
    }

    /// <summary>The same object when nothing changed, so that records can be compared.</summary>
    private static ImmutableSortedSet<string> Same(ImmutableSortedSet<string> before, ImmutableSortedSet<string> now) =>
        before.SetEquals(now) ? before : now;

    /// <summary>With a framework its tasks end, and nobody is told of it.</summary>
    private static void EndTasks(Turn turn)
    {
        foreach (var (name, cluster) in turn.State.Clusters)
        {
            foreach (var node in cluster.Durable.Nodes.Values.Where(n => n.Task is not null))
            {
                TaskUpdates.End(turn, turn.Find(name)!, node,
                    new TaskEnd(TaskState.Lost, "its framework was removed from Mesos", Blame.Nobody, WithItsData: false));
            }
        }
    }
}
