using System.Globalization;
using Mysos.Core.Access;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Client;

namespace Mysos.Host.Access;

/// <summary>Who did, or tried, what, from where, and how it went: a line each in the category <c>Mysos.Audit</c>, with ids that stay.</summary>
internal sealed partial class AuditLog(ILoggerFactory loggers)
{
    private readonly ILogger _log = loggers.CreateLogger("Mysos.Audit");

    public void Change(Actor by, ClusterRequest request, bool dryRun) =>
        Done(Name(by), by.From, What(request, dryRun), Printable(request.Name));

    public void Change(Actor? by, ClusterRequest request, bool dryRun, int status, string why) =>
        Refused(Name(by), by?.From ?? "unknown", What(request, dryRun), Printable(request.Name), status, Printable(why));

    public void LoggedIn(string name, string from, string way) => Entered(Printable(name), from, way);

    public void LoggedOut(string name, string from) => Left(Printable(name), from);

    public void NotLoggedIn(string? name, string from, string way, string why) => NotEntered(Printable(name ?? "somebody"), from, way, Printable(why));

    private static string Name(Actor? by) => Printable(by?.Name ?? "somebody");

    private static string Printable(string text) => Table.Printable(text.Length <= 200 ? text : text[..200] + "…");

    internal static string What(ClusterRequest request, bool dryRun)
    {
        var what = request switch
        {
            CreateRequest create => Invariant($"create with {create.NumNodes} nodes"),
            DeleteRequest => "delete",
            ResizeRequest resize => Invariant($"resize to {resize.NumNodes} nodes"),
            BackupRequest => "backup",
            SwitchoverRequest { To: { } to } => Invariant($"switchover to node {to}"),
            SwitchoverRequest => "switchover",
            RestartRequest => "restart",
            PasswordRequest => "password",
            ReplaceRequest replace => Invariant($"replace node {replace.Node}{(replace.AcceptDataLoss ? ", accepting data loss" : "")}"),
            ElectionRequest election => Elections(election),
            PromotionRequest promotion => Invariant($"promotion of node {promotion.Node} to {EnumWords.Of(promotion.Promotion)}"),
            DelayRequest delay => Invariant($"delay of node {delay.Node} to {DelayText.Of((int)delay.Delay.TotalSeconds)}"),
            PauseRequest => "pause",
            ResumeRequest => "resume",
            _ => request.GetType().Name,
        };
        return dryRun ? $"dry run: {what}" : what;
    }

    /// <summary>What is given of it.</summary>
    private static string Elections(ElectionRequest request) => string.Join(", ", new[]
    {
        request.Policy is { } policy ? $"election policy {ElectionText.Of(policy.Own)}" : null,
        request.Timeout is { } timeout ? $"election timeout {ElectionText.Of(timeout.Own)}" : null,
        request.SyncReplicas is { } count ? $"sync replicas {ElectionText.Of(count.Own)}" : null,
    }.OfType<string>());

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(201, LogLevel.Information, "{Who} from {From}: {What}, cluster {Cluster}: done")]
    private partial void Done(string who, string from, string what, string cluster);

    [LoggerMessage(202, LogLevel.Warning, "{Who} from {From}: {What}, cluster {Cluster}: refused with {Status}: {Why}")]
    private partial void Refused(string who, string from, string what, string cluster, int status, string why);

    [LoggerMessage(203, LogLevel.Information, "{Who} from {From}: logged in by {Way}")]
    private partial void Entered(string who, string from, string way);

    [LoggerMessage(204, LogLevel.Warning, "{Who} from {From}: not logged in by {Way}: {Why}")]
    private partial void NotEntered(string who, string from, string way, string why);

    [LoggerMessage(205, LogLevel.Information, "{Who} from {From}: logged out")]
    private partial void Left(string who, string from);
}
