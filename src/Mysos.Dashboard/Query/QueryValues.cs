using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Mysos.Dashboard.Query;

/// <summary>The parameters of a page's address.</summary>
internal sealed class QueryValues(string queryString)
{
    private readonly Dictionary<string, StringValues> _values = QueryHelpers.ParseQuery(queryString);

    /// <summary>Empty when it is not there.</summary>
    public string this[string key] => _values.TryGetValue(key, out var value) ? value.ToString() : "";

    /// <summary><c>sort=-lag</c>; the default when there is none, or none that is known.</summary>
    public (TColumn Column, bool Descending) Sort<TColumn>((TColumn, bool) otherwise)
        where TColumn : struct, Enum
    {
        var sort = this["sort"];
        return Word<TColumn>(sort.TrimStart('-')) is { } column ? (column, sort.StartsWith('-')) : otherwise;
    }

    /// <summary>A member of an enumeration by its name in any case. Numbers, which Enum.TryParse takes, are none.</summary>
    public static T? Word<T>(string word)
        where T : struct, Enum =>
        word.Length > 0 && char.IsAsciiLetter(word[0]) && Enum.TryParse<T>(word, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : null;

    public static string SortText<TColumn>(TColumn column, bool descending)
        where TColumn : struct, Enum =>
        (descending ? "-" : "") + column.ToString().ToLowerInvariant();

    /// <summary>The parameters that have a value.</summary>
    public static string Write(params ReadOnlySpan<(string Key, string? Value)> parameters)
    {
        var written = "";
        foreach (var (key, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
            {
                written = QueryHelpers.AddQueryString(written, key, value);
            }
        }
        return written;
    }
}
