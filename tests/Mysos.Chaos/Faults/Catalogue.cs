namespace Mysos.Chaos.Faults;

/// <summary>Every fault there is.</summary>
internal static class Catalogue
{
    public static IReadOnlyList<Fault> Faults { get; } = [.. MasterFaults.All, .. ReplicaFaults.All, .. CenterFaults.All];

    /// <summary>Those whose names have one of the texts in them; all of <see cref="Faults"/> without any.</summary>
    public static IReadOnlyList<Fault> Named(IReadOnlyList<string> texts) => texts.Count == 0 ? Faults
        : [.. Faults.Concat(texts.Any(t => t.StartsWith("mistake", StringComparison.Ordinal)) ? Mistakes.All : [])
            .Where(f => texts.Any(t => f.Name.Contains(t, StringComparison.OrdinalIgnoreCase)))];
}
