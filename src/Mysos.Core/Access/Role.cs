namespace Mysos.Core.Access;

/// <summary>What somebody may do; each role may do what the ones before it may.</summary>
public enum Role
{
    /// <summary>Sees everything, and changes nothing.</summary>
    Viewer,
    /// <summary>Creates and changes clusters; gives no data up.</summary>
    Operator,
    /// <summary>Deletes clusters, and gives nodes up with their data.</summary>
    Admin,
}
