using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Dashboard.Presentation;

namespace Mysos.Dashboard.Fleet;

/// <summary>A cluster as the fleet's table shows, searches and sorts it. The same object as long as the cluster's view is, and time makes no problem of it.</summary>
public sealed class ClusterRow
{
    private readonly Lazy<string> _searched;

    private ClusterRow(ClusterView cluster, DateTimeOffset now)
    {
        Cluster = cluster;
        Problem = ClusterProblem.Of(cluster, now);
        ChangesAt = ClusterProblem.LateFrom(cluster) is { } late && now < late ? late : DateTimeOffset.MaxValue;
        Reason = Problem is null ? cluster.Reason : cluster.Reason.Length == 0 ? Problem.Text : $"{Problem.Text}; {cluster.Reason}";
        Master = ConnectLines.Endpoint(cluster.Master);
        Serving = cluster.NodesServing;
        WorstLag = cluster.WorstLagSeconds;
        Says = new Shown(Name, Condition, Reason, Paused, Master, Serving, Wanted, WorstLag, Size);
        _searched = new Lazy<string>(() => string.Join('\n',
            cluster.Nodes.Select(n => n.Host).OfType<string>().Prepend(Master).Prepend(Reason).Prepend(State.Text).Prepend(Paused ? "Paused" : null).Prepend(cluster.User).Prepend(Name).OfType<string>()));
    }

    public ClusterView Cluster { get; }

    public string Name => Cluster.Name;
    public ClusterCondition Condition => Cluster.State;
    /// <summary>Why its state is what it is, and why it is a problem.</summary>
    public string Reason { get; }
    /// <summary>Null where there is none, or the state says it.</summary>
    public ClusterProblem? Problem { get; }
    public bool IsProblem => Problem is not null || ConditionPresentation.IsProblem(Condition);
    /// <summary>The higher, the more it needs someone: any problem before anything that is none.</summary>
    public int Severity => State.Severity + (IsProblem ? 10 : 0);
    /// <summary>From when on another row says what this one does.</summary>
    internal DateTimeOffset ChangesAt { get; }
    public bool Paused => Cluster.PausedSince is not null;
    public StatePresentation State => ConditionPresentation.Of(Condition);
    /// <summary><c>host:port</c>; null while there is no master.</summary>
    public string? Master { get; }
    public int Serving { get; }
    public int Wanted => Cluster.NumNodes;
    /// <summary>Seconds, of the slave that is furthest behind; null when none has told.</summary>
    public double? WorstLag { get; }
    public ClusterSize Size => Cluster.Size;
    public DateTimeOffset Created => Cluster.Created;
    /// <summary>What the table shows of it, beside its age: equal where nothing is to be drawn anew.</summary>
    internal Shown Says { get; }
    /// <summary>Where words are searched: name, user, state, paused or not, reason, master and hosts.</summary>
    public string Searched => _searched.Value;

    public static ClusterRow Of(ClusterView cluster, DateTimeOffset now) => new(cluster, now);

    internal sealed record Shown(string Name, ClusterCondition State, string Reason, bool Paused, string? Master, int Serving, int Wanted, double? WorstLag, ClusterSize Size);
}
