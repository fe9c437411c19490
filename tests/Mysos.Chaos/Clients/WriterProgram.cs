using System.Diagnostics;
using System.Globalization;
using System.Reactive;
using System.Reactive.Linq;
using System.Text;
using System.Text.Json.Nodes;
using Mysos.Core.ZooKeeper;

namespace Mysos.Chaos.Clients;

/// <summary>
/// Clients in a process of their own, on another host than the servers: they find the master in the ServerSet, write rows, and print each
/// that they were told is committed, with the time. <c>pause</c> and <c>go</c> on the standard input stop them and let them go on.
/// </summary>
internal static class WriterProgram
{
    public const string Verb = "writers";
    public const string PasswordVariable = "CHAOS_PASSWORD";

    private const int Count = 4;

    public static async Task<int> RunAsync(string serverSet, string user, TimeSpan pace)
    {
        var password = Environment.GetEnvironmentVariable(PasswordVariable) ?? throw new InvalidOperationException($"{PasswordVariable} is not set.");
        var master = new MasterOf(ZooKeeperUrl.Parse(serverSet));
        var row = 0L;
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        void Say(string line)
        {
            lock (output)
                output.WriteLine(line);
        }
        var writers = Enumerable.Range(0, Count).Select(_ => new RowWriter(
            user, password, pace, () => Interlocked.Increment(ref row),
            done => Say(string.Create(CultureInfo.InvariantCulture, $"{done} {Stopwatch.GetTimestamp()}")))).ToArray();
        _ = master.FollowAsync(target =>
        {
            foreach (var writer in writers)
                writer.Turn(target);
        });
        var writing = writers.Select(w => Task.Run(w.RunAsync)).ToArray();
        while (await Console.In.ReadLineAsync() is { } order)
        {
            await Task.WhenAll(writers.Select(w => w.PauseAsync(order == "pause")));
            Say(order);
        }
        return 0;
    }
}

/// <summary>The master in a ServerSet, followed through ZooKeeper's failures. While nobody is announced, the last one stays.</summary>
internal sealed class MasterOf(ZooKeeperUrl serverSet)
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);
    private readonly string _group = serverSet.At("master");
    private (string Host, int Port)? _last;

    public async Task FollowAsync(Action<(string Host, int Port)> changed)
    {
        while (true)
        {
            try
            {
                await using var zooKeeper = await ZooKeeperClient.ConnectAsync(serverSet, TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);
                // Ends with an error when the session has expired.
                await zooKeeper.WatchChildren(_group).Select(members => Observable.FromAsync(() => ReadAsync(zooKeeper, members, changed))).Concat().LastOrDefaultAsync();
            }
            catch (ZooKeeperException)
            {
                await Task.Delay(Again, TimeProvider.System);
            }
        }
    }

    private async Task<Unit> ReadAsync(ZooKeeperClient zooKeeper, IReadOnlyList<string> members, Action<(string Host, int Port)> changed)
    {
        try
        {
            foreach (var member in members)
            {
                if (await zooKeeper.GetAsync($"{_group}/{member}") is not { } node)
                    continue;
                var endpoint = JsonNode.Parse(Encoding.UTF8.GetString(node.Data))!["serviceEndpoint"]!;
                var target = (endpoint["host"]!.GetValue<string>(), endpoint["port"]!.GetValue<int>());
                if (target == _last)
                    continue;
                _last = target;
                changed(target);
            }
        }
        catch (ZooKeeperException e) when (e.Error is ZooKeeperError.ConnectionLoss or ZooKeeperError.Timeout)
        {
            // The watch tells again when there is a connection.
        }
        return Unit.Default;
    }
}
