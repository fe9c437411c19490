using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mysos.Core.Clusters;

/// <summary>
/// Names a backup: <c>&lt;path&gt;:&lt;yyyyMMddHHmm&gt;</c>, as in <c>foo/bar:201503122000</c>. In a directory store it is
/// the directory <c>&lt;store&gt;/&lt;path&gt;/&lt;yyyyMMddHHmm&gt;</c>. Nothing that a <see cref="BackupId"/> holds can
/// lead out of the store.
/// </summary>
public sealed record BackupId
{
    private const string TimeFormat = "yyyyMMddHHmm";
    private const int LongestPath = 200;

    private BackupId(string path, string time) => (Path, Time) = (path, time);

    /// <summary>One or more segments of <c>[A-Za-z0-9._-]</c>, separated by <c>/</c>.</summary>
    public string Path { get; }

    /// <summary>Twelve digits: year, month, day, hour and minute (UTC where Mysos made it).</summary>
    public string Time { get; }

    /// <summary>Below the store; never absolute, never with <c>..</c>.</summary>
    public string RelativeDirectory => $"{Path}/{Time}";

    public static BackupId Create(string path, DateTimeOffset time) =>
        Parse($"{path}:{time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}");

    /// <exception cref="FormatException">Not a backup id; the message says what would be one.</exception>
    public static BackupId Parse(string text) => TryParse(text, out var id, out var error) ? id : throw new FormatException(error);

    public static bool TryParse(string? text, [NotNullWhen(true)] out BackupId? id, [NotNullWhen(false)] out string? error)
    {
        id = null;
        error = null;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (text is null || colon < 0)
            error = $"'{text}' is not a backup id: expected '<path>:<yyyyMMddHHmm>', such as 'foo/bar:201503122000'.";
        else if (colon is 0 or > LongestPath || !text[..colon].Split('/').All(IsSegment))
            error = $"The path of the backup id '{text}' must be 1 to {LongestPath} characters: segments of letters, digits, '.', '_' and '-', "
                + "separated by '/', none of them '.' or '..'.";
        else if (!DateTime.TryParseExact(text[(colon + 1)..], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            error = $"The time of the backup id '{text}' must be 12 digits, yyyyMMddHHmm, such as 201503122000.";
        if (error is not null)
            return false;
        id = new BackupId(text![..colon], text[(colon + 1)..]);
        return true;
    }

    public override string ToString() => $"{Path}:{Time}";

    private static bool IsSegment(string segment) =>
        segment.Length > 0 && segment is not ("." or "..")
        && segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
