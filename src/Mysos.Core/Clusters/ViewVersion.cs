using System.Globalization;

namespace Mysos.Core.Clusters;

/// <summary>Names one view: <c>&lt;term&gt;.&lt;version&gt;</c>. A later term's views are newer than all of an earlier one.</summary>
public readonly record struct ViewVersion(long Term, long Version)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Term}.{Version}");

    /// <summary>Null when it is none.</summary>
    public static ViewVersion? Parse(string? text) =>
        text?.Split('.') is [var term, var version]
            && long.TryParse(term, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
                ? new ViewVersion(first, second)
                : null;
}

/// <summary>What is shown is not what the leading scheduler sees now.</summary>
/// <param name="Since">It was true then.</param>
/// <param name="Reason">One sentence for people: why, and what is shown instead.</param>
public sealed record Staleness(DateTimeOffset Since, string Reason);
