using System.Collections;
using System.Data.Common;

namespace Mysos.Simulator.MySql;

/// <summary>Result sets, each with column names and rows.</summary>
internal sealed record Result(string[] Columns, object?[][] Rows)
{
    public static Result Of(params object?[] row) => new([.. row.Select(_ => "")], [row]);
    public static Result Column(IEnumerable<int> values) => new(["id"], [.. values.Select(v => new object?[] { (long)v })]);
}

/// <summary>Reads them as MySqlConnector does; only what the executor reads with is there.</summary>
internal sealed class Reader(IReadOnlyList<Result> results) : DbDataReader
{
    private int _result;
    private int _row = -1;

    private Result Current => results[_result];

    public override int FieldCount => Current.Columns.Length;
    public override int Depth => 0;
    public override bool HasRows => Current.Rows.Length > 0;
    public override bool IsClosed => false;
    public override int RecordsAffected => -1;
    public override object this[int ordinal] => GetValue(ordinal);
    public override object this[string name] => GetValue(GetOrdinal(name));

    public override bool Read() => ++_row < Current.Rows.Length;

    public override Task<bool> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Read());

    public override bool NextResult()
    {
        (_result, _row) = (_result + 1, -1);
        return _result < results.Count;
    }

    public override Task<bool> NextResultAsync(CancellationToken cancellationToken) => Task.FromResult(NextResult());

    public override string GetName(int ordinal) => Current.Columns[ordinal];
    public override int GetOrdinal(string name) => Array.IndexOf(Current.Columns, name);
    public override object GetValue(int ordinal) => Current.Rows[_row][ordinal] ?? DBNull.Value;
    public override bool IsDBNull(int ordinal) => Current.Rows[_row][ordinal] is null;

    public override int GetValues(object[] values) => throw new NotSupportedException();
    public override Type GetFieldType(int ordinal) => throw new NotSupportedException();
    public override string GetDataTypeName(int ordinal) => throw new NotSupportedException();
    public override IEnumerator GetEnumerator() => throw new NotSupportedException();
    public override bool GetBoolean(int ordinal) => throw new NotSupportedException();
    public override byte GetByte(int ordinal) => throw new NotSupportedException();
    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();
    public override char GetChar(int ordinal) => throw new NotSupportedException();
    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();
    public override DateTime GetDateTime(int ordinal) => throw new NotSupportedException();
    public override decimal GetDecimal(int ordinal) => throw new NotSupportedException();
    public override double GetDouble(int ordinal) => throw new NotSupportedException();
    public override float GetFloat(int ordinal) => throw new NotSupportedException();
    public override Guid GetGuid(int ordinal) => throw new NotSupportedException();
    public override short GetInt16(int ordinal) => throw new NotSupportedException();
    public override int GetInt32(int ordinal) => throw new NotSupportedException();
    public override long GetInt64(int ordinal) => throw new NotSupportedException();
    public override string GetString(int ordinal) => (string)GetValue(ordinal);
}
