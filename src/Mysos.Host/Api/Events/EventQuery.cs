using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Core.Clusters.Rules;

namespace Mysos.Host.Api.Events;

/// <summary>Which events are asked for: <c>?cluster=&amp;kind=&amp;after=&amp;last=&amp;limit=</c>.</summary>
/// <param name="Clusters">Empty: all; so are <paramref name="Kinds"/>.</param>
/// <param name="After">Those behind this place.</param>
/// <param name="Last">Of what has happened, only the newest so many.</param>
/// <param name="Limit">At most so many on a page.</param>
internal sealed record EventQuery(IReadOnlySet<string> Clusters, IReadOnlySet<string> Kinds, EventPlace? After, int? Last, int? Limit)
{
    private const int MostEvents = 10_000;
    private static readonly string[] Known = ["cluster", "kind", "after", "last", "limit"];

    public bool Wants(string cluster) => Clusters.Count == 0 || Clusters.Contains(cluster);

    public bool Wants(FleetEvent happened) => Kinds.Count == 0 || Kinds.Contains(happened.Kind);

    /// <exception cref="RequestException">400.</exception>
    public static EventQuery Read(IQueryCollection query)
    {
        if (query.Keys.FirstOrDefault(k => !Known.Contains(k)) is { } unknown)
            throw Refuse(unknown.Length <= 64 ? unknown : null, $"There is no such query parameter here; there are {string.Join(", ", Known)}.");
        var clusters = query["cluster"].OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (clusters.Select(ClusterRules.CheckName).FirstOrDefault(e => e is not null) is { } error)
            throw Refuse("cluster", error.ToException().Message);
        var read = new EventQuery(clusters, query["kind"].OfType<string>().ToHashSet(StringComparer.Ordinal), Place(query), Number(query, "last"), Number(query, "limit"));
        return read is { After: not null, Last: not null } ? throw Refuse("last", "last and after are both given; give one.") : read;
    }

    private static EventPlace? Place(IQueryCollection query) => Single(query, "after") is not { } text ? null
        : EventPlace.Parse(text) ?? throw Refuse("after", "after must be the id of an event, as this list has it.");

    private static int? Number(IQueryCollection query, string name) => Single(query, name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostEvents ? number
        : throw Refuse(name, $"{name} must be a whole number from 1 to {MostEvents.ToString(CultureInfo.InvariantCulture)}.");

    private static string? Single(IQueryCollection query, string name) => query[name] switch
    {
        [] => null,
        [var value] => value,
        _ => throw Refuse(name, $"{name} is given more than once; give it once."),
    };

    private static RequestException Refuse(string? field, string detail) => new(StatusCodes.Status400BadRequest, field, detail);
}
