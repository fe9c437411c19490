namespace Mysos.Host.Api.Fields;

/// <summary>One field that a request may have.</summary>
/// <param name="Name">As it is written in a form or JSON object.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="Help">One sentence for the API's description.</param>
internal sealed record FieldSpec(string Name, FieldKind Kind, string Help, bool Required = false);

internal enum FieldKind { Text, WholeNumber, Size, Flag }

/// <summary>The fields of each request.</summary>
internal static class FieldSets
{
    private static readonly FieldSpec Password = new("password", FieldKind.Text, "The cluster's password, from its creation.");

    public static FieldSpec[] Create { get; } =
    [
        new("cluster_user", FieldKind.Text, "The MySQL account that is made in the cluster, with all privileges.", Required: true),
        new("num_nodes", FieldKind.WholeNumber, "How many MySQL instances there are; 1 when absent."),
        new("size", FieldKind.Size, "The size of each instance; the default is what an absent key means."),
        new("backup_id", FieldKind.Text, "A backup to restore from; an empty cluster when absent."),
        new("cluster_password", FieldKind.Text, "The account's password; 21 letters and digits are generated when absent."),
    ];

    public static FieldSpec[] Resize { get; } =
    [
        new("num_nodes", FieldKind.WholeNumber, "How many MySQL instances there are to be.", Required: true),
        Password,
    ];

    public static FieldSpec[] Switchover { get; } =
    [
        new("to", FieldKind.WholeNumber, "The server_id of the slave that is to be the master; the one that is best prepared when absent."),
        Password,
    ];

    public static FieldSpec[] ChangePassword { get; } =
    [
        new("new_password", FieldKind.Text, "The new password; 21 letters and digits are generated when absent."),
        Password,
    ];

    public static FieldSpec[] Replace { get; } =
    [
        new("accept_data_loss", FieldKind.Flag, "true: also when the node may be the only one with the last acknowledged writes."),
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
