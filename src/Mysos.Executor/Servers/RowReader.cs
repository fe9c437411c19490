using System.Data.Common;
using System.Globalization;

namespace Mysos.Executor.Servers;

/// <summary>One row, by number or by name. A column that the server's version does not have reads as null.</summary>
internal sealed class RowReader
{
    private readonly object?[] _values;
    private readonly string[] _names;

    private RowReader(string[] names, object?[] values) => (_names, _values) = (names, values);

    /// <summary>The next row, or null when there is none.</summary>
    public static async Task<RowReader?> ReadAsync(DbDataReader reader, CancellationToken cancellation)
    {
        if (!await reader.ReadAsync(cancellation).ConfigureAwait(false))
            return null;
        var names = new string[reader.FieldCount];
        var values = new object?[reader.FieldCount];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = reader.GetName(i);
            values[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
        }
        return new RowReader(names, values);
    }

    public string? Text(int column) => Convert.ToString(_values[column], CultureInfo.InvariantCulture);

    public string? Text(string name) => Array.IndexOf(_names, name) is >= 0 and var column ? Text(column) : null;

    public long? Number(int column) => _values[column] is { } value ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;

    public long? Number(string name) => Array.IndexOf(_names, name) is >= 0 and var column ? Number(column) : null;

    public bool Flag(int column) => Number(column) is > 0;
}
