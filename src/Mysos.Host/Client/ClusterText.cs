using System.Globalization;
using System.Text;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Protocol;

namespace Mysos.Host.Client;

/// <summary>Clusters for people to read.</summary>
internal static class ClusterText
{
    private const int EventsShown = 10;

    public static string List(IReadOnlyCollection<ClusterSummary> clusters) => clusters.Count == 0
        ? "There are no clusters.\n"
        : Table.Format(["NAME", "STATE", "NODES", "MASTER", "LAG", "SIZE", "USER", "CREATED", "REASON"], clusters.Select(c => new[]
        {
            c.Name, Word(c.State) + (c.PausedSince is null ? "" : ", paused"), Nodes(c), c.Master ?? "", Lag(c.WorstLagSeconds), Size(c.Size), c.User, Time(c.Created), c.Reason,
        }));

    public static string Whole(ClusterView cluster)
    {
        var text = new StringBuilder();
        Line("name", cluster.Name);
        Line("state", cluster.Reason is { Length: > 0 } reason ? $"{Word(cluster.State)}: {reason}" : Word(cluster.State));
        if (cluster.PausedSince is { } since)
            Line("paused", $"since {Time(since)}");
        Line("user", cluster.User);
        Line("size", Size(cluster.Size));
        Line("url", cluster.ClusterUrl);
        Line("election", Election(cluster.Election));
        if (cluster.IfMasterDied is { } loss)
            Line("failover", loss.Text);
        Line("created", Time(cluster.Created));
        Line("version", cluster.Version);
        if (cluster.Operation is { } operation)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{Table.Printable(OperationText.Title(operation))}\n")
                .AppendJoin("", OperationText.Steps(operation).Select(step => $"{Table.Printable(step)}\n"));
        }
        text.Append('\n').Append(CultureInfo.InvariantCulture, $"Nodes ({Serving(cluster)} of {cluster.NumNodes} serve)\n");
        text.Append(Table.Format(["NODE", "ROLE", "PROMOTION", "STATE", "ADDRESS", "LAG", "SERVER", "REASON"], Some(cluster.Nodes).Select(n => new[]
        {
            n.ServerId.ToString(CultureInfo.InvariantCulture), Word(n.Role) + (n.Acker ? ", acker" : ""), Word(n.Promotion), Word(n.State), n.Host is null ? "" : $"{n.Host}:{n.Port}",
            Lag(n), n.Server ?? "", n.Reason ?? "",
        })));
        if (Some(cluster.Backups) is { Length: > 0 } backups)
        {
            text.Append("\nBackups\n").Append(Table.Format(["ID", "STATE", "BYTES", "STARTED", "REASON"], backups.Select(b => new[]
            {
                b.BackupId, Word(b.State), b.SizeBytes is { } bytes ? bytes.ToString(CultureInfo.InvariantCulture) : "", Time(b.Started), b.Error ?? "",
            })));
        }

        if (Some(cluster.Events) is { Length: > 0 } events)
            text.Append("\nEvents\n").Append(Table.Format(["TIME", "EVENT"], events.TakeLast(EventsShown).Select(e => new[] { Time(e.Time), e.By is { } by ? $"{e.Text} ({by})" : e.Text })));
        return text.ToString();

        void Line(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"{name,-8} {Table.Printable(value)}\n");
    }

    /// <summary>One line on how far a cluster is.</summary>
    public static string Progress(ClusterView cluster)
    {
        var nodes = string.Create(CultureInfo.InvariantCulture, $"{Serving(cluster)} of {cluster.NumNodes} nodes serve");
        return Table.Printable($"{cluster.Name}: {Word(cluster.State)}, " + cluster.Reason switch
        {
            null or "" => nodes,
            var reason when reason.StartsWith(nodes, StringComparison.Ordinal) => reason,
            var reason => $"{nodes}: {reason}",
        });
    }

    public static int Serving(ClusterView cluster) => Some(cluster.Nodes).Count(n => n.State == NodeState.Serving);

    /// <summary>A delay is no lag.</summary>
    private static string Lag(NodeView node) => Lag(node.LagSeconds)
        + (node.DelaySeconds > 0 ? $"{(node.LagSeconds is null ? "" : ", ")}{DelayText.Of(node.DelaySeconds)} late" : "");

    public static string Lag(double? seconds) => seconds is { } lag ? string.Create(CultureInfo.InvariantCulture, $"{lag:0.#}s") : "";

    /// <summary>How many serve, of how many there are to be.</summary>
    public static string Nodes(ClusterSummary cluster) => string.Create(CultureInfo.InvariantCulture, $"{cluster.NodesServing}/{cluster.NumNodes}");

    public static string Size(ClusterSize size) =>
        $"{ClusterSizeText.FormatCpus(size.Cpus)} cpus, {SizeText.Format(size.MemMb)}, {SizeText.Format(size.DiskMb)} disk";

    private static string Election(ElectionView election) =>
        $"{Word(election.Policy)}{(election.OwnPolicy ? " (its own)" : "")}, timeout {election.Timeout}{(election.OwnTimeout ? " (its own)" : "")}"
        + $", {election.SyncReplicas} to acknowledge{(election.OwnSyncReplicas ? " (its own)" : "")}";

    public static string Word<T>(T value)
        where T : struct, Enum => EnumWords.Of(value);

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A member that an answer leaves out is read as a default array.</summary>
    private static T[] Some<T>(System.Collections.Immutable.ImmutableArray<T> items) => items.IsDefault ? [] : [.. items];
}
