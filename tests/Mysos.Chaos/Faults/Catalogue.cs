namespace Mysos.Chaos.Faults;

/// <summary>Every fault there is.</summary>
internal static class Catalogue
{
    public static IReadOnlyList<Fault> Faults { get; } = [.. MasterFaults.All, .. ReplicaFaults.All, .. CenterFaults.All];
}
