using Mysos.Core.Mesos;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Master;

/// <summary>Why the master refuses RESERVE, UNRESERVE, CREATE or DESTROY (OPERATION_ERROR), in Mesos' words.</summary>
internal static class OperationRules
{
    /// <param name="framework">Who asks.</param>
    /// <param name="agent">The agent of the offers.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="role">The offers' role.</param>
    /// <param name="left">What is left of the offers.</param>
    /// <returns>The text; null: the operation is good.</returns>
    public static string? Error(FrameworkEntry framework, AgentEntry agent, Operation operation, string role, ResourceBag left)
    {
        var principal = framework.Info.Principal;
        var error = operation.Type switch
        {
            "RESERVE" when operation.Reserve is { } reserve => ReserveError(ResourceBag.Of(reserve.Resources), principal, role),
            "UNRESERVE" when operation.Unreserve is { } unreserve => UnreserveError(ResourceBag.Of(unreserve.Resources), role),
            "CREATE" when operation.Create is { } create => CreateError(ResourceBag.Of(create.Volumes), principal, agent),
            "DESTROY" when operation.Destroy is { } destroy => DestroyError(ResourceBag.Of(destroy.Volumes), agent),
            _ => $"Unknown or unsupported operation '{operation.Type}'",
        };
        if (error is not null)
            return error + agent.Place;
        var consumed = Conversions.Of(operation)!.Consumed;
        return left.Contains(consumed)
            ? null
            : $"{ResourceText.Of(left, role)} does not contain {ResourceText.Of(consumed, role)}";
    }

    private static string? ReserveError(ResourceBag resources, string? principal, string role)
    {
        foreach (var item in resources.Items)
        {
            if (item.Kind.Reservations is not [.., { Type: not "STATIC" } last])
                return NotReserved(item, role);
            if (last.Role != role)
                return $"A reserve operation was attempted for a resource with role '{last.Role}', but the resource was allocated to role '{role}'";
            if (principal is null)
                continue;
            if (last.Principal is null)
                return $"A reserve operation was attempted by principal '{principal}', but there is a reserved resource in the request with no principal set";
            if (last.Principal != principal)
                return $"A reserve operation was attempted by authenticated principal '{principal}', which does not match a reserved resource in the request with principal '{last.Principal}'";
        }
        return null;
    }

    private static string? UnreserveError(ResourceBag resources, string role)
    {
        foreach (var item in resources.Items)
        {
            if (item.Kind.Reservations is not [.., { Type: not "STATIC" }])
                return NotReserved(item, role);
            if (item.IsVolume)
                return $"A dynamically reserved persistent volume {ResourceText.Of(item, role)} cannot be unreserved directly. Please destroy the persistent volume first then unreserve the resource";
        }
        return null;
    }

    private static string? CreateError(ResourceBag volumes, string? principal, AgentEntry agent)
    {
        foreach (var volume in volumes.Items)
        {
            if (!volume.IsVolume || volume.Name != "disk")
                return "Invalid resources: Not a persistent volume";
            if (volume.ReservedFor is null)
                return "Invalid resources: Invalid DiskInfo: Persistent volumes cannot be created from unreserved resources";
            if (DiskError(volume) is { } wrong)
                return $"Invalid resources: Invalid DiskInfo: {wrong}";
            if (agent.Total.Items.Any(item => item.VolumeId == volume.VolumeId && item.ReservedFor == volume.ReservedFor))
                return $"Persistence ID '{volume.VolumeId}' is not unique";
            var owner = volume.Kind.Disk!.Persistence!.Principal;
            if (principal is not null && owner != principal)
            {
                return owner is null
                    ? $"Create volume operation attempted by principal '{principal}', but there is a volume in the operation with no principal set in 'disk.persistence'"
                    : $"Create volume operation attempted by authenticated principal '{principal}', which does not match a volume in the operation with principal '{owner}' set in 'disk.persistence'";
            }
        }
        return volumes.Items.GroupBy(volume => (volume.VolumeId, volume.ReservedFor)).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? $"Persistence ID '{twice.Key.VolumeId}' is not unique"
            : null;
    }

    /// <summary>Id and path become parts of file names, so neither may lead elsewhere.</summary>
    private static string? DiskError(ResourceItem volume)
    {
        if (IdRules.Error(volume.VolumeId!) is { } wrongId)
            return $"Persistence ID: {wrongId}";
        if (volume.Kind.Disk!.Volume is not { } mounted)
            return "Expecting 'volume' to be set for persistent volume";
        var path = mounted.ContainerPath;
        return path.Length == 0 || path.StartsWith('/') || path.Split('/').Any(part => part is "" or "." or "..")
            ? $"Volume path '{path}' must be relative, without '.' and '..'"
            : null;
    }

    private static string? DestroyError(ResourceBag volumes, AgentEntry agent)
    {
        foreach (var volume in volumes.Items)
        {
            if (!volume.IsVolume)
                return "Invalid resources: Not a persistent volume";
        }
        return agent.Total.Contains(volumes) ? null : "Persistent volumes not found";
    }

    private static string NotReserved(ResourceItem item, string role) => $"Resource {ResourceText.Of(item, role)} is not dynamically reserved";
}
