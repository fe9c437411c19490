using System.Collections.Immutable;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>
/// What is left of one offer while a pass fills it. Each piece keeps its role, reservations and disk as it was offered;
/// pieces that are reserved for our role are used first. What is reserved under a node's label, and a node's volume,
/// belongs to that node.
/// </summary>
internal sealed class ResourcePool
{
    public const string OwnerLabel = "mysos_node";
    /// <summary>Whose nodes: the first framework id of the scheduler that made the reservation, which outlives that framework.</summary>
    public const string FrameworkLabel = "mysos_framework";
    private const double Epsilon = 0.0005;
    private static readonly ILookup<string, Resource> Nothing = Array.Empty<Resource>().ToLookup(r => r.Name);

    private readonly string _role;
    private readonly List<Resource> _free = [];
    private readonly ILookup<string, Resource> _owned;

    /// <param name="owner">What the labels of our own reservations say.</param>
    public ResourcePool(Offer offer, string role, string? owner)
    {
        (Offer, _role) = (offer, role);
        List<(string Node, Resource Resource)> owned = [];
        var otherRoles = 0;
        foreach (var resource in offer.Resources)
        {
            if (LabelOf(resource, OwnerLabel) is { } node)
            {
                if (LabelOf(resource, FrameworkLabel) == owner)
                    owned.Add((node, resource));
            }
            else if (resource.Disk?.Persistence is { } persistence)
            {
                if (TaskNames.IsVolumeOf(persistence.Id, owner))
                    owned.Add((persistence.Id, resource));
            }
            else if (!IsForRole(resource))
            {
                otherRoles++;
            }
            else if (resource.ProviderId is null)
            {
                _free.Add(resource);
            }
        }
        _owned = owned.Count == 0 ? Nothing : owned.ToLookup(o => o.Node, o => o.Resource, StringComparer.Ordinal);
        _free.Sort((a, b) => Rank(a).CompareTo(Rank(b)));
        IsOfAnotherRole = (offer.AllocationInfo is { } allocation && allocation.Role != role) || (otherRoles > 0 && _free.Count == 0);
    }

    public Offer Offer { get; }

    /// <summary>Allocated to, or reserved for, another role than the one that new nodes are placed in.</summary>
    public bool IsOfAnotherRole { get; }

    public IEnumerable<string> Owners => _owned.Select(g => g.Key);

    public IEnumerable<Resource> OwnedBy(string owner) => _owned[owner];

    public bool HasPort => _free.Any(r => r.Name == "ports" && r.Ranges is { Range.Count: > 0 });

    /// <summary>Of cpus, mem, or the disk that sandboxes are on.</summary>
    public double Free(string name) => _free.Where(r => r.Name == name && r.Disk?.Source is null).Sum(r => r.Scalar?.Value ?? 0);

    /// <summary>The first of <paramref name="needs"/> that is not there, as a reason; null when all is.</summary>
    /// <param name="volume">The disk is for a volume, which is made of one piece.</param>
    public string? Lacks(IEnumerable<(string Name, double Amount)> needs, bool volume)
    {
        foreach (var (name, amount) in needs)
        {
            if (name == "disk" && volume)
            {
                if (FindDisk(amount) < 0)
                    return Free("disk") + Epsilon < amount ? "too little disk" : "too little disk in one piece";
            }
            else if (Free(name) + Epsilon < amount)
            {
                return $"too little {name}";
            }
        }
        return HasPort ? null : "no ports";
    }

    /// <summary>Takes an amount that is there, from as many pieces as it needs.</summary>
    public IEnumerable<Resource> Take(string name, double amount)
    {
        var taken = new List<Resource>();
        for (var i = 0; i < _free.Count && amount > Epsilon; i++)
        {
            if (_free[i].Name != name || _free[i].Disk?.Source is not null || _free[i].Scalar is not { Value: > Epsilon } scalar)
                continue;
            var part = Math.Min(amount, scalar.Value);
            amount -= part;
            taken.Add(Sized(_free[i], part));
            _free[i] = Sized(_free[i], scalar.Value - part);
        }
        return taken;
    }

    /// <summary>Takes a piece of disk that a volume can be made of: all of a MOUNT disk, which cannot be divided.</summary>
    public Resource TakeDisk(double amount)
    {
        var at = FindDisk(amount);
        var piece = _free[at];
        if (piece.Disk?.Source?.Type == DiskSource.MountType)
        {
            _free.RemoveAt(at);
            return piece;
        }
        _free[at] = Sized(piece, piece.Scalar!.Value - amount);
        return Sized(piece, amount);
    }

    /// <summary>Takes one port. <paramref name="seed"/> spreads nodes over the range, so that a port still in use elsewhere is rarely met twice.</summary>
    public (int Port, Resource Resource) TakePort(int seed)
    {
        var at = _free.FindIndex(r => r.Name == "ports" && r.Ranges is { Range.Count: > 0 });
        var ports = _free[at];
        var ranges = ports.Ranges!.Range;
        var total = ranges.Aggregate(0UL, (sum, r) => sum + r.End - r.Begin + 1);
        var skip = (ulong)(uint)seed % total;
        foreach (var range in ranges)
        {
            var size = range.End - range.Begin + 1;
            if (skip >= size)
            {
                skip -= size;
                continue;
            }
            var port = range.Begin + skip;
            _free[at] = ports with { Ranges = new Ranges([.. ranges.SelectMany(r => Without(r, port))]) };
            return ((int)port, ports with { Ranges = new Ranges([new PortRange(port, port)]) });
        }
        throw new InvalidOperationException("No port is left; Lacks would have said so.");
    }

    /// <summary>
    /// A node's label can be put on it: on what is reserved for nobody, or for a role above ours. Mesos refines a
    /// reservation only for a role below its own.
    /// </summary>
    public bool CanBeReserved(Resource resource) => ReservedRole(resource) is not { } role || role != _role;

    /// <summary>For a role: ours, or it would not have been offered.</summary>
    public static bool IsReserved(Resource resource) => ReservedRole(resource) is not null;

    public static bool IsReservedForANode(Resource resource) => LabelOf(resource, OwnerLabel) is not null;

    /// <summary>The disk that a volume is on.</summary>
    public static Resource WithoutVolume(Resource resource) => resource.Disk is null ? resource : resource with
    {
        Disk = resource.Disk.Source is { } source ? new DiskInfo { Source = source } : null,
    };

    /// <summary>Splits an amount off several pieces.</summary>
    public static (ImmutableArray<Resource> Part, ImmutableArray<Resource> Left) Split(IEnumerable<Resource> pieces, string name, double amount)
    {
        var part = ImmutableArray.CreateBuilder<Resource>();
        var left = ImmutableArray.CreateBuilder<Resource>();
        foreach (var piece in pieces)
        {
            var taken = piece.Name == name && amount > Epsilon ? Math.Min(amount, piece.Scalar!.Value) : 0;
            if (taken > Epsilon)
                part.Add(Sized(piece, taken));
            amount -= taken;
            if (piece.Scalar is null || taken <= Epsilon)
                left.Add(piece);
            else if (piece.Scalar.Value - taken > Epsilon)
                left.Add(Sized(piece, piece.Scalar.Value - taken));
        }
        return (part.ToImmutable(), left.ToImmutable());
    }

    public static Resource Scalar(string name, double amount, string role) => new()
    {
        Name = name, Type = Resource.ScalarType, Scalar = new Scalar(Math.Round(amount, 3)), AllocationInfo = new AllocationInfo(role),
    };

    /// <summary>The smallest MOUNT disk that is large enough, unless a disk that can be divided has the room.</summary>
    private int FindDisk(double amount)
    {
        var best = -1;
        for (var i = 0; i < _free.Count; i++)
        {
            var piece = _free[i];
            if (piece.Name != "disk" || piece.Scalar is not { } scalar || scalar.Value + Epsilon < amount
                || piece.Disk?.Source?.Type is not (null or DiskSource.PathType or DiskSource.MountType))
                continue;
            if (best < 0 || (Rank(piece) == Rank(_free[best]) && piece.Disk?.Source?.Type == DiskSource.MountType
                && scalar.Value < _free[best].Scalar!.Value))
                best = i;
        }
        return best;
    }

    private bool IsForRole(Resource resource) => ReservedRole(resource) is not { } role || role == _role
        || _role.StartsWith(role + "/", StringComparison.Ordinal);

    /// <summary>The order in which pieces are used: reserved ones first, disks that cannot be divided last.</summary>
    private static int Rank(Resource resource) => (ReservedRole(resource) is null ? 10 : 0)
        + resource.Disk?.Source?.Type switch { null => 0, DiskSource.PathType => 1, _ => 2 };

    private static string? ReservedRole(Resource resource) => resource.Reservations?.LastOrDefault()?.Role;

    private static Resource Sized(Resource resource, double amount) => resource with { Scalar = new Scalar(Math.Round(amount, 3)) };

    private static IEnumerable<PortRange> Without(PortRange range, ulong port)
    {
        if (port < range.Begin || port > range.End)
        {
            yield return range;
            yield break;
        }
        if (range.Begin < port)
            yield return range with { End = port - 1 };
        if (port < range.End)
            yield return range with { Begin = port + 1 };
    }

    private static string? LabelOf(Resource resource, string key) =>
        resource.Reservations?.LastOrDefault()?.Labels?.Items.FirstOrDefault(l => l.Key == key)?.Value;
}
