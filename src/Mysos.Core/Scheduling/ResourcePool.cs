using System.Collections.Immutable;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>
/// What is left of one offer while a pass fills it. Unreserved resources and static reservations of our role can be used
/// freely; what is dynamically reserved under a label belongs to the node that the label names.
/// </summary>
internal sealed class ResourcePool
{
    public const string OwnerLabel = "mysos_node";
    public const string FrameworkLabel = "mysos_framework";
    private const double Epsilon = 0.0005;

    private readonly List<Resource> _free;
    private readonly ILookup<string, Resource> _owned;

    public ResourcePool(Offer offer, string? frameworkId)
    {
        Offer = offer;
        _free = [.. offer.Resources.Where(r => r.Reservations is null or { Count: 0 } && r.Disk is null)];
        _owned = offer.Resources
            .Where(r => LabelOf(r, FrameworkLabel) == frameworkId && LabelOf(r, OwnerLabel) is not null)
            .ToLookup(r => LabelOf(r, OwnerLabel)!, StringComparer.Ordinal);
    }

    public Offer Offer { get; }

    public IEnumerable<string> Owners => _owned.Select(g => g.Key);

    public IEnumerable<Resource> OwnedBy(string owner) => _owned[owner];

    public double Free(string name) => _free.Where(r => r.Name == name).Sum(r => r.Scalar?.Value ?? 0);

    public bool HasPort => _free.Any(r => r.Name == "ports" && r.Ranges is { Range.Count: > 0 });

    /// <summary>The first of <paramref name="needs"/> that is not there, as a reason; null when all is.</summary>
    public string? Lacks(IEnumerable<(string Name, double Amount)> needs)
    {
        foreach (var (name, amount) in needs)
        {
            if (Free(name) + Epsilon < amount)
                return $"too little {name}";
        }
        return HasPort ? null : "no ports";
    }

    /// <summary>Takes an amount that <see cref="Lacks"/> found to be there.</summary>
    public Resource Take(string name, double amount, string role)
    {
        var left = amount;
        for (var i = 0; i < _free.Count && left > Epsilon; i++)
        {
            if (_free[i].Name != name || _free[i].Scalar is not { } scalar)
                continue;
            var taken = Math.Min(left, scalar.Value);
            left -= taken;
            _free[i] = _free[i] with { Scalar = new Scalar(Math.Round(scalar.Value - taken, 3)) };
        }
        return Scalar(name, amount, role);
    }

    /// <summary>Takes one port. <paramref name="seed"/> spreads nodes over the range, so that a port still in use elsewhere is rarely met twice.</summary>
    public (int Port, Resource Resource) TakePort(int seed, string role)
    {
        var ports = _free.First(r => r.Name == "ports" && r.Ranges is { Range.Count: > 0 });
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
            _free[_free.IndexOf(ports)] = ports with { Ranges = new Ranges([.. ranges.SelectMany(r => Without(r, port))]) };
            return ((int)port, new Resource
            {
                Name = "ports", Type = Resource.RangesType, Ranges = new Ranges([new PortRange(port, port)]),
                AllocationInfo = new AllocationInfo(role),
            });
        }
        throw new InvalidOperationException("No port is left; Lacks would have said so.");
    }

    public static Resource Scalar(string name, double amount, string role) => new()
    {
        Name = name, Type = Resource.ScalarType, Scalar = new Scalar(Math.Round(amount, 3)), AllocationInfo = new AllocationInfo(role),
    };

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
