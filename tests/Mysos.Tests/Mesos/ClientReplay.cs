namespace Mysos.Tests.Mesos;

/// <summary>
/// Plays the lines of one party with its client, against a server that says what Mesos said, and counts what came of it.
/// </summary>
internal abstract class ClientReplay(IReadOnlyList<TraceLine> lines, Replay replay) : IAsyncDisposable
{
    protected IReadOnlyList<TraceLine> Lines => lines;
    protected Replay Cuts => replay;
    protected RawServer Server { get; } = new();

    /// <summary>Events that came out of the client as they were recorded.</summary>
    public int Events { get; protected set; }
    /// <summary>Requests that the client made as they were recorded.</summary>
    public int CallsMade { get; protected set; }
    /// <summary>Requests that the client cannot make, and another was made for.</summary>
    public int Replaced { get; protected set; }

    public virtual async Task RunAsync()
    {
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            switch (line.Kind)
            {
                case "request": await RequestAsync(line); break;
                case "response": await ResponseAsync(line); break;
                case "record":
                    var records = Replay.RecordsFrom(lines, i);
                    await RecordsAsync(line, records);
                    i += records.Count - 1;
                    break;
                case "closed": await ClosedAsync(line); break;
                default: await OtherAsync(line); break;
            }
        }
    }

    public virtual async ValueTask DisposeAsync() => await Server.DisposeAsync();

    protected abstract Task RequestAsync(TraceLine line);
    protected abstract Task ResponseAsync(TraceLine line);
    protected abstract Task RecordsAsync(TraceLine first, IReadOnlyList<string> records);
    protected abstract Task ClosedAsync(TraceLine line);
    protected virtual Task OtherAsync(TraceLine line) => Task.CompletedTask;

    /// <summary>The next line of the same connection; null: there is none.</summary>
    protected TraceLine? Next(TraceLine line) =>
        lines.SkipWhile(each => each != line).Skip(1).FirstOrDefault(each => each.Conn == line.Conn);
}
