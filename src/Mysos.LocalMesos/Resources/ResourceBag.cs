using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Resources;

/// <summary>
/// Resources of one place, immutable: amounts of equal kinds are one item, reserved and unreserved ones, volumes and
/// plain disk never mix.
/// </summary>
internal sealed class ResourceBag
{
    public static readonly ResourceBag Empty = new([]);

    private readonly ResourceItem[] _items;

    private ResourceBag(ResourceItem[] items) => _items = items;

    public IReadOnlyList<ResourceItem> Items => _items;
    public bool IsEmpty => _items.Length == 0;

    public static ResourceBag Of(IEnumerable<Resource>? resources) => Of((resources ?? []).Select(ResourceItem.Of));

    public static ResourceBag Of(IEnumerable<ResourceItem> items)
    {
        var merged = new List<ResourceItem>();
        foreach (var item in items.Where(item => !item.IsEmpty))
        {
            var at = merged.FindIndex(other => other.Key == item.Key);
            if (at < 0)
                merged.Add(item);
            else
                merged[at] = merged[at].Plus(item);
        }
        return merged.Count == 0 ? Empty : new ResourceBag([.. merged]);
    }

    public ResourceBag Plus(ResourceBag other) => other.IsEmpty ? this : Of(_items.Concat(other._items));

    /// <summary>What is left; what is not there is not taken.</summary>
    public ResourceBag Minus(ResourceBag other) => other.IsEmpty
        ? this
        : Of(_items.Select(item => other.Find(item.Key) is { } taken ? item.Minus(taken) : item));

    public bool Contains(ResourceBag other) =>
        other._items.All(item => Find(item.Key) is { } mine && mine.Contains(item));

    public ResourceBag Where(Func<ResourceItem, bool> condition) => Of(_items.Where(condition));

    /// <summary>The amount of a scalar in thousandths, over all reservations.</summary>
    public long MilliOf(string name) => _items.Where(item => item.Name == name).Sum(item => item.Milli);

    public IReadOnlyList<Resource> ToResources(string? allocatedTo = null) =>
        [.. _items.Select(item => item.ToResource(allocatedTo))];

    private ResourceItem? Find(string key) => Array.Find(_items, item => item.Key == key);
}
