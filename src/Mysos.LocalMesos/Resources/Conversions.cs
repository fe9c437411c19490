using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Resources;

/// <summary>What a reservation or volume operation takes away and what it puts in its place.</summary>
internal sealed record Conversion(ResourceBag Consumed, ResourceBag Converted)
{
    public ResourceBag ApplyTo(ResourceBag bag) => bag.Minus(Consumed).Plus(Converted);
}

internal static class Conversions
{
    /// <summary>The conversion of RESERVE, UNRESERVE, CREATE or DESTROY; null for another operation.</summary>
    public static Conversion? Of(Operation operation)
    {
        switch (operation.Type)
        {
            case "RESERVE" when operation.Reserve is { } reserve:
                return new Conversion(Map(reserve.Resources, Unreserved), ResourceBag.Of(reserve.Resources));
            case "UNRESERVE" when operation.Unreserve is { } unreserve:
                return new Conversion(ResourceBag.Of(unreserve.Resources), Map(unreserve.Resources, Unreserved));
            case "CREATE" when operation.Create is { } create:
                return new Conversion(Map(create.Volumes, WithoutVolume), ResourceBag.Of(create.Volumes));
            case "DESTROY" when operation.Destroy is { } destroy:
                return new Conversion(ResourceBag.Of(destroy.Volumes), Map(destroy.Volumes, WithoutVolume));
            default:
                return null;
        }
    }

    /// <summary>All that was made of the agent's own resources by operations, turned back into them.</summary>
    public static ResourceBag Origin(ResourceBag bag) =>
        ResourceBag.Of(bag.Items.Select(item => item.As(item.Kind with { Reservations = null, Disk = Source(item.Kind.Disk) })));

    private static ResourceBag Map(IEnumerable<Resource> resources, Func<Resource, Resource> change) =>
        ResourceBag.Of(ResourceBag.Of(resources).Items.Select(item => item.As(change(item.Kind))));

    /// <summary>Without the innermost reservation: refined reservations are undone one at a time.</summary>
    private static Resource Unreserved(Resource kind) => kind with
    {
        Reservations = kind.Reservations is { Count: > 1 } stack ? [.. stack.SkipLast(1)] : null,
    };

    private static Resource WithoutVolume(Resource kind) => kind with { Disk = Source(kind.Disk) };

    private static DiskInfo? Source(DiskInfo? disk) => disk?.Source is { } source ? new DiskInfo { Source = source } : null;
}
