namespace Mysos.Core.Protocol;

/// <summary>
/// What a node has seen of trouble, at itself and at its master; a member is null when all is well. Times are seconds on the
/// node's own clock, until the report.
/// </summary>
public sealed record Symptoms
{
    /// <summary>For so long mysqld has not answered its executor's probes.</summary>
    public double? SilentFor { get; init; }
    /// <summary>Why the volume takes no writes.</summary>
    public string? Volume { get; init; }
    /// <summary>A slave: for so long nothing has come from its master, not even a heartbeat.</summary>
    public double? MasterSilentFor { get; init; }
    /// <summary>A slave: how its last login to the master failed; null also when none was tried.</summary>
    public string? MasterRefuses { get; init; }
    /// <summary>A master that waits for acknowledgements: for so long nobody who gives them has been connected.</summary>
    public double? UnfollowedFor { get; init; }
}
