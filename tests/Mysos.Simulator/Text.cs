using System.Globalization;
using Mysos.Core.Protocol;

namespace Mysos.Simulator;

/// <summary>Messages in one line, for the journal.</summary>
internal static class Text
{
    public static string Of(Directive d) => string.Create(CultureInfo.InvariantCulture,
        $"directive {d.Version % 1_000_000} epoch {d.Epoch} {d.Role}{(d.Source is { } s ? $" of {s}" : "")} ackers {d.Ackers}")
        + (d.Role == DirectedRole.Master ? $" followers {string.Join(',', d.Followers)} barred {string.Join(',', d.Barred)} acker {d.Acker} note {d.Note % 1_000_000}{(d.Yield ? " yield" : "")}" : "")
        + (d.CatchUp is { } at ? $" catch up {at}" : "") + (d.Rebuild > 0 ? $" rebuild {d.Rebuild}" : "");

    public static string Of(Report r) => string.Create(CultureInfo.InvariantCulture,
        $"report {r.Sequence} {r.Phase} {r.Role} epoch {r.Epoch} applied {r.AppliedVersion % 1_000_000} newest {r.NewestVersion % 1_000_000} quiet {r.QuietVersion % 1_000_000}")
        + $"{(r.Serving ? " serving" : "")}{(r.ReadOnly ? " read-only" : " writable")}{(r.Diverged ? " DIVERGED" : "")} at {r.Executed} got {r.Received} rebuild {r.Rebuild} {r.Reason}";
}
