using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>Offers and resources as Mesos 1.12 writes them to a framework that is MULTI_ROLE and RESERVATION_REFINEMENT.</summary>
internal static class OfferOf
{
    public const string Role = "mysos";

    public static Offer Agent(string agent, params Resource[] resources) => new()
    {
        Id = new OfferId("O-" + agent), FrameworkId = new FrameworkId("F"), AgentId = new AgentId(agent), Hostname = "host-" + agent,
        AllocationInfo = new AllocationInfo(Role), Resources = resources,
    };

    /// <summary>Room for several nodes, nothing reserved.</summary>
    public static Offer Roomy(string agent, double memMb = 4096) =>
        Agent(agent, Scalar("cpus", 8), Scalar("mem", memMb), Scalar("disk", 50_000), Ports(31000, 31999));

    public static Resource Scalar(string name, double amount, params ReservationInfo[] reservations) => ResourcePool.Scalar(name, amount, Role) with
    {
        Reservations = reservations.Length == 0 ? null : reservations,
    };

    public static Resource Disk(double amount, string type, string root, params ReservationInfo[] reservations) =>
        Scalar("disk", amount, reservations) with
        {
            Disk = new DiskInfo
            {
                Source = type == DiskSource.MountType
                    ? new DiskSource { Type = type, Mount = new DiskRoot(root) }
                    : new DiskSource { Type = type, Path = new DiskRoot(root) },
            },
        };

    public static Resource Ports(ulong first, ulong last, params ReservationInfo[] reservations) => new()
    {
        Name = "ports", Type = Resource.RangesType, Ranges = new Ranges([new PortRange(first, last)]), AllocationInfo = new AllocationInfo(Role),
        Reservations = reservations.Length == 0 ? null : reservations,
    };

    public static ReservationInfo Static(string role = Role) => new() { Type = "STATIC", Role = role };

    public static ReservationInfo Dynamic(string role = Role, params Label[] labels) => new()
    {
        Type = "DYNAMIC", Role = role, Principal = "operator", Labels = labels.Length == 0 ? null : new Labels(labels),
    };

    public static Offer InZone(this Offer offer, string zone) => offer with
    {
        Domain = new DomainInfo
        {
            FaultDomain = new DomainInfo.FaultDomainInfo(new DomainInfo.Named("eu"), new DomainInfo.Named(zone)),
        },
    };

    public static Offer WithAttribute(this Offer offer, string name, string value) => offer with
    {
        Attributes = [.. offer.Attributes ?? [], new MesosAttribute { Name = name, Type = "TEXT", Text = new TextValue(value) }],
    };

    public static Offer Unavailable(this Offer offer, DateTimeOffset from, TimeSpan? length = null) => offer with
    {
        Unavailability = UnavailableFrom(from, length),
    };

    public static Unavailability UnavailableFrom(DateTimeOffset from, TimeSpan? length = null) => new()
    {
        Start = new DurationInfo((from - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick),
        Duration = length is { } l ? new DurationInfo(l.Ticks * TimeSpan.NanosecondsPerTick) : null,
    };
}
