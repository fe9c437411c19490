using Mysos.Core.Clusters.Rules;

namespace Mysos.Host.Api.Fields;

/// <summary>One field that a request may have.</summary>
/// <param name="Name">As it is written in a form or JSON object.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="Help">One sentence for the API's description.</param>
internal sealed record FieldSpec(string Name, FieldKind Kind, string Help, bool Required = false)
{
    /// <summary>The texts that are right; empty: it is no choice.</summary>
    public string[] Choices { get; init; } = [];

    /// <summary>Its value in the example of a body, as JSON; null: the example does without.</summary>
    public string? Example { get; init; }
}

internal enum FieldKind { Text, WholeNumber, Size, Flag }

/// <summary>The fields of each request.</summary>
internal static class FieldSets
{
    private static readonly FieldSpec Password = new("password", FieldKind.Text, "The cluster's password, from its creation.") { Example = "\"w9gMCkecsMh6sWsRdxNTa\"" };

    private static readonly FieldSpec ElectionPolicy = new("election_policy", FieldKind.Text,
        "When nobody answers who is sure to have the last acknowledged write: wait, or elect among those that answer after election_timeout; default: as the scheduler's flag says.")
    {
        Choices = [.. Enum.GetValues<Core.Elections.ElectionPolicy>().Select(EnumWords.Of), ElectionText.Default],
        Example = "\"available\"",
    };

    private static readonly FieldSpec ElectionTimeout = new("election_timeout", FieldKind.Text,
        "How long an election by the policy available waits, such as 10s; default: as the scheduler's flag says.") { Example = "\"10s\"" };

    private static readonly FieldSpec SyncReplicas = new("sync_replicas", FieldKind.Text,
        "How many slaves acknowledge each write, from 1 to 9, while so many serve; MariaDB's: one; default: as the scheduler's flag says.");

    public static FieldSpec[] Create { get; } =
    [
        new("cluster_user", FieldKind.Text, "The MySQL account that is made in the cluster, with all privileges.", Required: true) { Example = "\"app\"" },
        new("num_nodes", FieldKind.WholeNumber, "How many MySQL instances there are; 1 when absent.") { Example = "3" },
        new("size", FieldKind.Size, "The size of each instance; the default is what an absent key means.") { Example = ClusterSizeText.Example },
        new("backup_id", FieldKind.Text, "A backup to restore from; an empty cluster when absent."),
        new("cluster_password", FieldKind.Text, "The account's password; 21 letters and digits are generated when absent.") { Example = "\"w9gMCkecsMh6sWsRdxNTa\"" },
        ElectionPolicy,
        ElectionTimeout,
        SyncReplicas,
    ];

    public static FieldSpec[] Resize { get; } =
    [
        new("num_nodes", FieldKind.WholeNumber, "How many MySQL instances there are to be.", Required: true) { Example = "2" },
        Password,
    ];

    public static FieldSpec[] Switchover { get; } =
    [
        new("to", FieldKind.WholeNumber, "The server_id of the slave that is to be the master; the one that is best prepared when absent.") { Example = "2" },
        Password,
    ];

    public static FieldSpec[] ChangePassword { get; } =
    [
        new("new_password", FieldKind.Text, "The new password; 21 letters and digits are generated when absent.") { Example = "\"Xb7pQ2mZk4LrT9sVc1NdE\"" },
        Password,
    ];

    public static FieldSpec[] Replace { get; } =
    [
        new("accept_data_loss", FieldKind.Flag, "true: also when the node may be the only one with the last acknowledged writes.") { Example = "false" },
        Password,
    ];

    public static FieldSpec[] Election { get; } = [ElectionPolicy, ElectionTimeout, SyncReplicas, Password];

    public static FieldSpec[] Promotion { get; } =
    [
        new("promotion", FieldKind.Text,
            "prefer: it is elected among equals, and a healthy cluster switches over to it; never: it is elected only for want of another, as the policy available allows.", Required: true)
        {
            Choices = [.. Enum.GetValues<Core.Clusters.Promotion>().Select(EnumWords.Of)],
            Example = "\"prefer\"",
        },
        Password,
    ];

    public static FieldSpec[] Delay { get; } =
    [
        new("delay", FieldKind.Text, "How late the slave applies its master's writes, such as 1h or 1h30m; 0s: at once.", Required: true) { Example = "\"1h\"" },
        Password,
    ];

    public static FieldSpec[] PasswordOnly { get; } = [Password];

    public static FieldSpec[] Named(string set) => set switch
    {
        nameof(Create) => Create,
        nameof(Resize) => Resize,
        nameof(Switchover) => Switchover,
        nameof(ChangePassword) => ChangePassword,
        nameof(Replace) => Replace,
        nameof(Election) => Election,
        nameof(Promotion) => Promotion,
        nameof(Delay) => Delay,
        nameof(PasswordOnly) => PasswordOnly,
        _ => throw new ArgumentOutOfRangeException(nameof(set), set, "No such set of fields."),
    };
}

/// <summary>Says which fields an action's body may have (one of <see cref="FieldSets"/>).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BodyFieldsAttribute(string set) : Attribute
{
    public FieldSpec[] Fields { get; } = FieldSets.Named(set);
}
