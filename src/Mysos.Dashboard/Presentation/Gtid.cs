using System.Text.RegularExpressions;

namespace Mysos.Dashboard.Presentation;

/// <summary>GTID positions for narrow places.</summary>
public static partial class Gtid
{
    /// <summary>
    /// Shortens each server UUID of a MySQL GTID set to its ends (<c>3e11fa47…9562:1-5</c>): the numbers tell a reader
    /// more. MariaDB's <c>0-1-42</c> stays as it is.
    /// </summary>
    public static string Shorten(string gtid) => Uuid().Replace(gtid.ReplaceLineEndings(""), "$1…$2");

    [GeneratedRegex("([0-9a-fA-F]{8})-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{8}([0-9a-fA-F]{4})")]
    private static partial Regex Uuid();
}
