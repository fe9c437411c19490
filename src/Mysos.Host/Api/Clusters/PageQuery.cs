using System.Globalization;
using Mysos.Core.Clusters;

namespace Mysos.Host.Api.Clusters;

/// <summary><c>?limit=&amp;after=</c> of a list.</summary>
internal sealed record PageQuery(int? Limit, string? After)
{
    private const int MaxLimit = 100_000;

    /// <exception cref="RequestException">400.</exception>
    public static PageQuery Read(IQueryCollection query)
    {
        var limit = Single(query, "limit");
        var after = Single(query, "after");
        return new(limit is null ? null : Limited(limit), string.IsNullOrEmpty(after) ? null : after);
    }

    private static int Limited(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit
            ? limit
            : throw new RequestException(StatusCodes.Status400BadRequest, "limit",
                $"limit must be a whole number from 1 to {MaxLimit.ToString(CultureInfo.InvariantCulture)}; leave it out for all.");

    private static string? Single(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var values))
        {
            return null;
        }

        return values.Count == 1
            ? values[0]
            : throw new RequestException(StatusCodes.Status400BadRequest, name, $"{name} is given more than once; give it once.");
    }
}
