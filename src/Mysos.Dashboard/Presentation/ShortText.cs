using System.Text.RegularExpressions;

namespace Mysos.Dashboard.Presentation;

/// <summary>GTID positions and Mesos ids for narrow places.</summary>
public static partial class ShortText
{
    /// <summary>
    /// Shortens each UUID to its ends: <c>3e11fa47…9562:1-5</c> for a MySQL GTID set, <c>0c4a2f1e…9a11-S0</c> for an
    /// agent. The numbers behind it tell a reader more. MariaDB's <c>0-1-42</c> stays as it is.
    /// </summary>
    public static string Of(string text) => Uuid().Replace(text.ReplaceLineEndings(""), "$1…$2");

    [GeneratedRegex("([0-9a-fA-F]{8})-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{8}([0-9a-fA-F]{4})")]
    private static partial Regex Uuid();
}
