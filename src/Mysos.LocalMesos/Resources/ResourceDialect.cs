using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Resources;

/// <summary>Resources in the form that a framework understands.</summary>
internal static class ResourceDialect
{
    /// <summary>
    /// Frameworks without RESERVATION_REFINEMENT get the old form: <c>role</c> always there, <c>reservation</c> instead of
    /// <c>reservations</c>.
    /// </summary>
    public static IReadOnlyList<Resource> For(IReadOnlyList<Resource> resources, bool refined) =>
        refined ? resources : [.. resources.Select(Old)];

    private static Resource Old(Resource resource)
    {
        if (resource.Reservations is not [.., var last])
            return resource with { Role = "*", Reservations = null };
        return resource with
        {
            Role = last.Role,
            Reservations = null,
            Reservation = last.Type == "STATIC" ? null : last with { Type = null, Role = null },
        };
    }
}
