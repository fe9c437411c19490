using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Mysos.Chaos.Stack;
using Mysos.Core.Processes;

namespace Mysos.Chaos.Clients;

/// <summary>The clients of a cluster (<see cref="WriterProgram"/>), and every row that they were told is committed.</summary>
internal sealed class Writers : IAsyncDisposable
{
    private static readonly TimeSpan OrderPatience = TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<(long Row, long At)> _acknowledged = new();
    private readonly ConcurrentQueue<long> _elsewhere = new();
    private readonly Process _process;
    private TaskCompletionSource _obeyed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private Writers(Process process)
    {
        _process = process;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>So many rows were acknowledged until now.</summary>
    public int Count => _acknowledged.Count;

    public IReadOnlyCollection<long> Rows => [.. _acknowledged.Select(a => a.Row), .. _elsewhere];

    /// <param name="pace">The time between two rows of each of the four clients.</param>
    /// <param name="cluster">Whose master they write to.</param>
    public static async Task<Writers> StartAsync(TestedCluster cluster, TimeSpan pace)
    {
        var start = new ProcessStartInfo("nsenter") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[$"--net={Network.Clients}", "--", Environment.ProcessPath!, .. Isolation.Self,
            WriterProgram.Verb, cluster.Url, TestedCluster.User, $"{pace.TotalMilliseconds:F0}"])
            start.ArgumentList.Add(argument);
        start.Environment[WriterProgram.PasswordVariable] = TestedCluster.PasswordOf;
        return new Writers(await ChildProcesses.StartAsync(start, ownSession: true));
    }

    /// <summary>A row that a client elsewhere was told is committed; it ends no outage here.</summary>
    public void Note(long row) => _elsewhere.Enqueue(row);

    /// <returns>False: the rows did not come in time.</returns>
    public Task<bool> AcknowledgedAsync(int more, TimeSpan deadline)
    {
        var wanted = Count + more;
        return Eventually.IsAsync(() => Task.FromResult(Count >= wanted), deadline);
    }

    /// <summary>Nothing is under way when it returns.</summary>
    public Task PauseAsync() => OrderAsync("pause");

    public Task GoAsync() => OrderAsync("go");

    /// <summary>The longest time between two acknowledgements in a time, whose ends count as two.</summary>
    /// <param name="since">A timestamp of <see cref="Stopwatch"/>, as <paramref name="until"/>.</param>
    /// <param name="until">Its end.</param>
    public TimeSpan LongestGap(long since, long until)
    {
        var times = _acknowledged.Select(a => a.At).Where(t => t >= since && t <= until).Append(since).Append(until).Order().ToArray();
        return times.Zip(times.Skip(1), Stopwatch.GetElapsedTime).Max();
    }

    public async ValueTask DisposeAsync()
    {
        await ChildProcesses.StopAsync(_process, TimeSpan.FromSeconds(5), TimeProvider.System);
        await _reading;
        _process.Dispose();
    }

    private async Task OrderAsync(string order)
    {
        _obeyed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _process.StandardInput.WriteLineAsync(order);
        await _process.StandardInput.FlushAsync();
        await _obeyed.Task.WaitAsync(OrderPatience, TimeProvider.System);
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            if (words.Length == 2)
                _acknowledged.Enqueue((long.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture)));
            else
                _obeyed.TrySetResult();
        }
    }
}
