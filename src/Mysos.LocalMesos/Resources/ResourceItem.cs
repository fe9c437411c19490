using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Resources;

/// <summary>
/// One amount of one kind of resource. A kind is everything but the amount and the allocation: name, reservations,
/// persistence. Scalars are kept in thousandths, the precision that Mesos guarantees.
/// </summary>
internal sealed record ResourceItem
{
    private const char Separator = '\u0001';

    private ResourceItem(Resource kind, string key, long milli, RangeSet ranges) =>
        (Kind, Key, Milli, Ranges) = (kind, key, milli, ranges);

    /// <summary>The resource without amount and allocation, reservations in the new form.</summary>
    public Resource Kind { get; }
    /// <summary>Equal for equal kinds, and only for them.</summary>
    public string Key { get; }
    public long Milli { get; private init; }
    public RangeSet Ranges { get; private init; }

    public string Name => Kind.Name;
    public bool IsEmpty => Milli == 0 && Ranges.IsEmpty;
    public bool IsVolume => Kind.Disk?.Persistence is not null;
    public string? VolumeId => Kind.Disk?.Persistence?.Id;
    /// <summary>The role it is reserved for; null: unreserved.</summary>
    public string? ReservedFor => Kind.Reservations is { Count: > 0 } stack ? stack[^1].Role : null;

    public static ResourceItem Of(Resource resource)
    {
        var kind = resource with
        {
            Scalar = null, Ranges = null, Role = null, Reservation = null, AllocationInfo = null,
            Reservations = ReservationsOf(resource),
        };
        return new ResourceItem(
            kind,
            KeyOf(kind),
            resource.Scalar is { } scalar ? (long)Math.Round(scalar.Value * 1000) : 0,
            resource.Ranges is { } ranges ? RangeSet.Of(ranges.Range) : RangeSet.Empty);
    }

    public ResourceItem Plus(ResourceItem other) =>
        this with { Milli = Milli + other.Milli, Ranges = Ranges.Plus(other.Ranges) };

    public ResourceItem Minus(ResourceItem other) =>
        this with { Milli = Math.Max(0, Milli - other.Milli), Ranges = Ranges.Minus(other.Ranges) };

    public bool Contains(ResourceItem other) => Milli >= other.Milli && Ranges.Contains(other.Ranges);

    /// <summary>The same amount of another kind.</summary>
    public ResourceItem As(Resource kind) => new(kind, KeyOf(kind), Milli, Ranges);

    public Resource ToResource(string? allocatedTo) => Kind with
    {
        Scalar = Kind.Type == Resource.ScalarType ? new Scalar(Milli / 1000.0) : null,
        Ranges = Kind.Type == Resource.RangesType ? new Ranges(Ranges.Ranges) : null,
        AllocationInfo = allocatedTo is null ? null : new AllocationInfo(allocatedTo),
    };

    private static IReadOnlyList<ReservationInfo>? ReservationsOf(Resource resource)
    {
        if (resource.Reservations is { Count: > 0 } stack)
            return stack;
        if (resource.Role is null or "*")
            return null;
        return [(resource.Reservation ?? new ReservationInfo()) with
        {
            Type = resource.Reservation is null ? "STATIC" : "DYNAMIC", Role = resource.Role,
        }];
    }

    private static string KeyOf(Resource kind)
    {
        var parts = new List<string?> { kind.Name, kind.Type };
        foreach (var reservation in kind.Reservations ?? [])
        {
            parts.AddRange(["reservation", reservation.Type, reservation.Role, reservation.Principal]);
            foreach (var label in reservation.Labels?.Items ?? [])
                parts.AddRange(["label", label.Key, label.Value]);
        }
        if (kind.Disk is { } disk)
        {
            parts.AddRange([
                "disk", disk.Persistence?.Id, disk.Persistence?.Principal, disk.Volume?.ContainerPath, disk.Volume?.Mode,
                disk.Source?.Type, disk.Source?.Path?.Root, disk.Source?.Mount?.Root]);
        }
        return string.Join(Separator, parts);
    }
}
