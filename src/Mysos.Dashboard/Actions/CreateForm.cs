using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;

namespace Mysos.Dashboard.Actions;

/// <summary>What someone types to create a cluster, as text, and what is wrong with it, by the rules of the service.</summary>
public sealed class CreateForm
{
    public const string NameField = "cluster_name";
    public const string UserField = "cluster_user";
    public const string NodesField = "num_nodes";
    public const string CpusField = "size.cpus";
    public const string MemField = "size.mem";
    public const string DiskField = "size.disk";
    public const string PasswordField = "cluster_password";
    public const string BackupField = "backup_id";

    /// <summary>Those that most leave as they are.</summary>
    public static string[] OptionalFields { get; } = [PasswordField, BackupField, .. ElectionForm.Fields];

    public static string[] Fields { get; } =
        [NameField, UserField, NodesField, CpusField, MemField, DiskField, .. OptionalFields];

    public string Name { get; set; } = "";
    public string User { get; set; } = "";
    public string Nodes { get; set; } = "1";
    public string Cpus { get; set; } = ClusterSizeText.FormatCpus(ClusterSize.Default.Cpus);
    public string Mem { get; set; } = SizeText.Format(ClusterSize.Default.MemMb);
    public string Disk { get; set; } = SizeText.Format(ClusterSize.Default.DiskMb);
    /// <summary>Empty: the service makes one.</summary>
    public string Password { get; set; } = "";
    /// <summary>Empty: starts without data.</summary>
    public string BackupId { get; set; } = "";
    public ElectionForm Election { get; } = new();

    /// <summary>A form that asks for as many nodes of the same size as the cluster of a backup has, with the backup's data.</summary>
    public static CreateForm ToRestore(ClusterView cluster, string backupId)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return new CreateForm
        {
            Nodes = cluster.NumNodes.ToString(CultureInfo.InvariantCulture),
            Cpus = ClusterSizeText.FormatCpus(cluster.Size.Cpus),
            Mem = SizeText.Format(cluster.Size.MemMb),
            Disk = SizeText.Format(cluster.Size.DiskMb),
            BackupId = backupId,
        };
    }

    /// <summary>What is wrong with one field, or null.</summary>
    public string? Check(string field) => field switch
    {
        NameField => ClusterRules.CheckName(Name)?.Detail,
        UserField => ClusterRules.CheckUser(User, adminUser: null)?.Detail,
        NodesField => CheckNodes(Nodes),
        CpusField => CheckCpus(),
        MemField => CheckAmount(Mem, mb => ClusterSize.Default with { MemMb = mb }),
        DiskField => CheckAmount(Disk, mb => ClusterSize.Default with { DiskMb = mb }),
        PasswordField => Password.Length == 0 ? null : ClusterRules.CheckPassword(Password)?.Detail,
        BackupField => BackupId.Length == 0 ? null : ClusterRules.CheckBackupId(BackupId)?.Detail,
        _ when ElectionForm.Fields.Contains(field) => Election.Check(field),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "is no field of the form"),
    };

    /// <summary>What is wrong with a number of nodes, or null.</summary>
    public static string? CheckNodes(string text) => ParseNodes(text) is { } nodes
        ? ClusterRules.CheckNumNodes(nodes)?.Detail
        : $"The number of nodes must be a whole number from 1 to {ClusterRules.MaxNodes}.";

    public static int? ParseNodes(string text) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var nodes) ? nodes : null;

    /// <summary>How many nodes of which size; null while one of these fields does not pass its check.</summary>
    public (int Nodes, ClusterSize Size)? Wanted => new[] { NodesField, CpusField, MemField, DiskField }.All(f => Check(f) is null)
        ? (ParseNodes(Nodes)!.Value, new ClusterSize(ParseCpus()!.Value, SizeText.Parse(Mem), SizeText.Parse(Disk)))
        : null;

    /// <summary>The request; only when every field passes its check.</summary>
    public CreateRequest ToRequest() => new()
    {
        Name = Name,
        User = User,
        NumNodes = Wanted!.Value.Nodes,
        Size = Wanted!.Value.Size,
        Password = Password.Length == 0 ? null : Password,
        BackupId = BackupId.Length == 0 ? null : BackupId,
        ElectionPolicy = Election.ToPolicy().Own,
        ElectionTimeout = Election.ToTimeout().Own,
        SyncReplicas = Election.ToCount().Own,
    };

    private string? CheckCpus() => ParseCpus() is { } cpus
        ? ClusterRules.CheckSize(ClusterSize.Default with { Cpus = cpus })?.Detail
        : "The number of cpus must be a number such as 0.5 or 2.";

    // Mesos counts cpus in thousandths.
    private double? ParseCpus() =>
        double.TryParse(Cpus.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cpus)
            ? Math.Round(cpus, 3)
            : null;

    private static string? CheckAmount(string text, Func<long, ClusterSize> size) => SizeText.TryParse(text, out var mb)
        ? ClusterRules.CheckSize(size(mb))?.Detail
        : "Give a number and a unit without a space: 512mb, 2gb, 1tb.";
}
