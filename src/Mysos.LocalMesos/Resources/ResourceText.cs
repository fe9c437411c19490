using System.Globalization;
using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Resources;

/// <summary>Resources as Mesos' error messages print them, e.g. <c>cpus(allocated: mysos):4; ports(allocated: mysos):[31000-31999]</c>.</summary>
internal static class ResourceText
{
    public static string Of(ResourceBag bag, string? allocatedTo) =>
        bag.IsEmpty ? "{}" : string.Join("; ", bag.Items.Select(item => Of(item, allocatedTo)));

    public static string Of(ResourceItem item, string? allocatedTo)
    {
        var text = item.Name;
        if (allocatedTo is not null)
            text += $"(allocated: {allocatedTo})";
        if (item.Kind.Reservations is { Count: > 0 } reservations)
            text += $"(reservations: [{string.Join(",", reservations.Select(Of))}])";
        if (item.Kind.Disk?.Persistence is { } persistence)
            text += $"[{persistence.Id}:{item.Kind.Disk.Volume?.ContainerPath}]";
        var amount = item.Kind.Type == Resource.RangesType
            ? item.Ranges.ToString()
            : (item.Milli / 1000.0).ToString(CultureInfo.InvariantCulture);
        return $"{text}:{amount}";
    }

    private static string Of(ReservationInfo reservation)
    {
        var parts = new List<string?> { reservation.Type, reservation.Role };
        if (reservation.Principal is not null)
            parts.Add(reservation.Principal);
        if (reservation.Labels?.Items is { Count: > 0 } labels)
            parts.Add("{" + string.Join(", ", labels.Select(label => label.Value is null ? label.Key : $"{label.Key}: {label.Value}")) + "}");
        return $"({string.Join(",", parts)})";
    }
}
