namespace Mysos.Simulator.MySql;

/// <summary>Statements on the same table's definition come one after the other: the lock goes with the commit's end, and that may wait for its acknowledgement.</summary>
internal sealed class TableLocks
{
    private readonly Dictionary<string, Queue<Action>> _waiting = new(StringComparer.Ordinal);

    public void Take(string table, Action then)
    {
        if (_waiting.TryGetValue(table, out var waiting))
        {
            waiting.Enqueue(then);
            return;
        }
        _waiting[table] = new Queue<Action>();
        then();
    }

    public void Release(string table)
    {
        if (_waiting[table].TryDequeue(out var next))
            next();
        else
            _waiting.Remove(table);
    }
}
