using Mysos.Core.Elections;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

internal sealed class SimulatedVolume
{
    public required string Id { get; init; }
    public string? Agent { get; set; }
    public Resource[] Resources { get; set; } = [];
    public long Rows { get; set; }
    public DateTimeOffset? Made { get; set; }
}

internal sealed class SimulatedNode(TaskInfo info, NodeTask task, SimulatedVolume? volume)
{
    private long _rows;
    private DateTimeOffset? _made;

    public string TaskId => info.TaskId.Value;
    public string Agent => info.AgentId.Value;
    public NodeTask Task => task;
    public SimulatedVolume? Volume => volume;
    public double MemMb => 544;
    public bool Dead { get; set; }
    /// <summary>Follows its master, but gets nothing from it.</summary>
    public bool Stuck { get; set; }
    /// <summary>Hears and says nothing, as on a host that is cut off.</summary>
    public bool Deaf { get; set; }
    public long Rows
    {
        get => volume?.Rows ?? _rows;
        set
        {
            if (volume is null)
                _rows = value;
            else
                volume.Rows = value;
        }
    }
    public string Gtids => Rows == 0 ? "" : $"0-1-{Rows}";
    public Directive? Obeyed { get; private set; }
    public Report Report { get; set; } = new() { TaskId = info.TaskId.Value, Sequence = 0, Phase = NodePhase.Preparing, Server = "MySQL 9.7.0" };

    public ExecutorSpoke Hello() => new(info.AgentId, info.Executor!.ExecutorId, new ExecutorMessage
    {
        Hello = new Hello { TaskId = TaskId, PublicKey = [] },
    });

    public ExecutorSpoke Say()
    {
        Report = Report with { Sequence = Report.Sequence + 1 };
        return new ExecutorSpoke(info.AgentId, info.Executor!.ExecutorId, new ExecutorMessage { Report = Report });
    }

    public bool Obey(Directive directive, World world)
    {
        if (Deaf || directive.Version < Report.NewestVersion || directive.Epoch < Report.Epoch)
            return false;
        Report = Report with { NewestVersion = directive.Version };
        if (Report.Phase != NodePhase.Running)
            return true;
        Obeyed = directive;
        var source = world.Tasks.Values.FirstOrDefault(t => t.Task.Port == directive.Source?.Port && t.Agent == directive.Source?.Host);
        if (directive.Role == DirectedRole.Slave && source is not null && !Stuck)
            Rows = Math.Max(Rows, source.Rows);
        // Has yet to get what it is to catch up with.
        if (directive.CatchUp is { } last && !GtidPosition.Parse(Gtids).Covers(GtidPosition.Parse(last)))
            return false;
        Report = Report with
        {
            AppliedVersion = directive.Version, NewestVersion = directive.Version,
            QuietVersion = directive.Ackers == 0 || directive.Role == DirectedRole.Master ? directive.Version : Report.QuietVersion, Epoch = directive.Epoch, Role = directive.Role, Source = directive.Source,
            ReadOnly = directive.Role != DirectedRole.Master || directive.Yield, Executed = Gtids, Received = Gtids,
            Serving = (directive.Role == DirectedRole.Master && !directive.Yield) || (directive.Role == DirectedRole.Slave && source is not null && !Report.Diverged),
        };
        return true;
    }

    /// <summary>mysqld answers for the first time.</summary>
    public ExecutorSpoke Start(DateTimeOffset now)
    {
        var made = volume is null ? _made ??= now : volume.Made ??= now;
        Report = Report with { Phase = NodePhase.Running, Executed = Gtids, DataMade = made };
        return Say();
    }

    /// <summary>Its data are deleted and made anew.</summary>
    public void Empty(DateTimeOffset now)
    {
        (Rows, _made) = (0, now);
        if (volume is not null)
            volume.Made = now;
        Report = Report with { DataMade = now };
    }

    public void Suffer(Symptoms? symptoms, bool serves = true) => Report = Report with { Symptoms = symptoms, Serving = Report.Serving && serves };

    /// <summary>It finds that its copy is broken.</summary>
    public void Diverge() => Report = Report with { Diverged = true, Serving = false };

    /// <summary>mysqld dies; its executor lives.</summary>
    public ExecutorSpoke Crash()
    {
        Report = Report with { Phase = NodePhase.Stopped, Serving = false, Reason = "killed by signal 9", Role = DirectedRole.Standby, AppliedVersion = 0 };
        return Say();
    }

    public ExecutorSpoke ComeBack()
    {
        Report = Report with { Phase = NodePhase.Running, Reason = null, Executed = Gtids, Received = Gtids };
        return Say();
    }
}
