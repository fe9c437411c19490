using System.Text.Json.Nodes;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Resources;
using static Mysos.LocalMesos.Operators.ViewJson;

namespace Mysos.LocalMesos.Operators;

/// <summary>The JSON of the paths from before the v1 API.</summary>
internal static class OldViewJson
{
    /// <summary>These are always there.</summary>
    private static readonly string[] Scalars = ["disk", "mem", "gpus", "cpus"];

    /// <summary>Scalars as numbers and ranges as text, whatever is reserved.</summary>
    public static JsonObject Amounts(ResourceBag bag)
    {
        var view = new JsonObject();
        foreach (var name in Scalars)
            view[name] = Double(bag.MilliOf(name) / 1000.0);
        foreach (var (name, ranges) in RangesOf(bag))
            view[name] = ranges.ToString();
        return view;
    }

    /// <summary>What there is, by its amount: of ranges, how many numbers are in them.</summary>
    public static JsonObject Quantities(ResourceBag bag)
    {
        var view = new JsonObject();
        foreach (var name in bag.Items.Where(item => item.Kind.Type == Resource.ScalarType).Select(item => item.Name).Distinct())
            view[name] = Double(bag.MilliOf(name) / 1000.0);
        foreach (var (name, ranges) in RangesOf(bag))
            view[name] = Double(ranges.Ranges.Sum(range => (double)(range.End - range.Begin + 1)));
        return view;
    }

    public static JsonObject ByRole(IEnumerable<IGrouping<string, ResourceItem>> reserved, Func<IEnumerable<ResourceItem>, JsonNode> view) =>
        new(reserved.Select(role => KeyValuePair.Create<string, JsonNode?>(role.Key, view(role))));

    public static JsonArray Texts(IEnumerable<string> texts) => Array(texts.Select(text => JsonValue.Create(text)));

    public static JsonArray LabelsOf(Labels labels) => Array(labels.Items.Select(label =>
        new JsonObject { ["key"] = label.Key, ["value"] = label.Value }));

    public static string RoleOf(IReadOnlyList<Resource>? resources) => resources?.FirstOrDefault()?.AllocationInfo?.Role ?? "*";

    public static ResourceBag Sum(IEnumerable<ResourceBag> bags) => ResourceBag.Of(bags.SelectMany(bag => bag.Items));

    private static IEnumerable<(string Name, RangeSet Ranges)> RangesOf(ResourceBag bag) =>
        bag.Items.Where(item => item.Kind.Type == Resource.RangesType).GroupBy(item => item.Name, item => item.Ranges)
            .Select(group => (group.Key, group.Aggregate((sum, each) => sum.Plus(each))));
}
