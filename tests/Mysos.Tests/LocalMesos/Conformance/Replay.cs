using System.Text;
using System.Text.Json;
using Mysos.Core.ZooKeeper;
using Mysos.Tests.Mesos;
using Mysos.Tests.ZooKeeper;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>Plays a recording to the local Mesos line by line and collects where it answers otherwise than Mesos did.</summary>
internal sealed class Replay : IAsyncDisposable
{
    /// <summary>Later than recorded by so much: one cycle of offers.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(1100);

    /// <summary>Events of different subjects so close together are at the same time.</summary>
    private static readonly TimeSpan SameTime = TimeSpan.FromMilliseconds(300);

    /// <summary>An executor that ends so soon after its last call does not read what is still on its way.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(50);

    private const string TooEarly = "came before";

    private const int EnoughDifferences = 12;

    private readonly Scenario _scenario;
    private readonly ZooKeeperUrl? _zooKeeper;
    private readonly World _world;
    private readonly JsonComparison _comparison;
    private readonly AnswerComparison _answers;
    private readonly List<string> _differences = [];
    private readonly Dictionary<string, Puppet> _puppets = [];
    private readonly HashSet<Puppet> _taken = [];
    private readonly Dictionary<(string Who, int Process, string Connection), ReplayConnection> _connections = [];
    private readonly RequestMaker _requests;
    private readonly Dictionary<string, TimeSpan> _lastRequests = [];
    private readonly HashSet<string> _unread = [];
    private readonly Poller _poller;

    private Replay(Scenario scenario, World world, ZooKeeperUrl? zooKeeper)
    {
        _scenario = scenario;
        _zooKeeper = zooKeeper;
        _world = world;
        _comparison = new JsonComparison(world.Ids);
        _answers = new AnswerComparison(world.Ids, _comparison);
        _requests = new RequestMaker(world);
        _poller = new Poller(world, _requests, _answers);
    }

    public World World => _world;

    /// <returns>The differences; empty: it answered as Mesos did.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(Scenario scenario, ZooKeeperUrl? zooKeeper)
    {
        await using var replay = new Replay(scenario, await World.StartAsync(scenario, zooKeeper), zooKeeper);
        foreach (var line in Trace.Read(scenario.Name))
        {
            if (!scenario.Deviations.Any(deviation => deviation.Field is null && deviation.IsAbout(line)))
                await replay.TryAsync(line);
            if (replay._differences.Count >= EnoughDifferences)
                return replay._differences;
        }
        replay.ReportTheRest();
        return replay._differences;
    }

    public async ValueTask DisposeAsync()
    {
        _requests.Dispose();
        await _world.DisposeAsync();
    }

    /// <summary>SIGKILL to an executor's process.</summary>
    public Task KillAsync(string who)
    {
        _puppets[who].Signal(9);
        return LeaveAsync(who);
    }

    private async Task TryAsync(TraceLine line)
    {
        try
        {
            await PlayAsync(line);
            await ActAsync(line);
        }
        catch (TimeoutException error)
        {
            Report(line, error.Message);
        }
    }

    private async Task PlayAsync(TraceLine line)
    {
        switch (line.Kind)
        {
            case "note":
                await NoteAsync(line);
                break;
            case "request":
                await _world.AdvanceToAsync(line.At);
                _connections[Key(line)] = _world.Add(_requests.Make(line));
                _lastRequests[line.Who] = line.At;
                break;
            case "response" when line.Conn == "poll":
                foreach (var difference in await _poller.DifferencesAsync(line))
                    Report(line, difference);
                break;
            case "response":
                await AnswerAsync(line);
                break;
            case "record":
                foreach (var expected in Received.Of(line.Text("raw")!))
                    await RecordAsync(line, expected);
                break;
            case "closed":
                await EndAsync(line);
                break;
            case "znodes":
                await ZNodesAsync(line);
                break;
            case "error":
                await _world.ReachAsync(() => _connections[Key(line)].Answer.IsCompleted, $"{line}: no end of the request");
                if (!_connections[Key(line)].WasRefused)
                    Report(line, "the request was not refused");
                break;
            case "start":
                await StartAsync(line);
                break;
            case "exit":
                await _puppets[line.Who].OrderAsync($"exit {line.Json.GetProperty("code")}");
                await LeaveAsync(line.Who);
                if (line.At - _lastRequests.GetValueOrDefault(line.Who) < AtOnce)
                    _unread.Add(line.Who);
                break;
            case "signal":
                _puppets[line.Who].Signal(15);
                await LeaveAsync(line.Who);
                break;
        }
    }

    private async Task NoteAsync(TraceLine line)
    {
        var text = line.Text("text")!;
        if (line.IsOfExecutor && text.StartsWith("task process started", StringComparison.Ordinal))
            await _puppets[line.Who].OrderAsync("child");
    }

    private async Task ActAsync(TraceLine line)
    {
        if (!_scenario.Actions.TryGetValue(line.Number, out var action))
            return;
        await _world.AdvanceToAsync(line.At);
        await action(this);
        await _world.SettleAsync();
    }

    private async Task AnswerAsync(TraceLine line)
    {
        var connection = _connections[Key(line)];
        await _world.ReachAsync(() => connection.Answer.IsCompleted, $"{line}: no answer");
        var response = await connection.Answer;
        // A stream that ends at once takes the answer with it.
        foreach (var difference in (await _answers.DifferencesAsync(line, response)).Where(difference => !IsAccepted(line, difference)))
            Report(line, difference);
        if (line.Text("body") is null && response.IsSuccessStatusCode)
        {
            connection.StreamId = await StreamIdAsync(line, response);
            connection.Read(response);
        }
    }

    /// <summary>Agents do not tell their streams' names, and masters not those of operators.</summary>
    private Task<string?> StreamIdAsync(TraceLine line, HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("Mesos-Stream-Id", out var ids))
            return Task.FromResult<string?>(ids.Single());
        if (line.Who == "operator")
            return _world.Cluster.Engine.Mailbox.Ask(() => _world.Cluster.Engine.Master?.Events.Streams.Single());
        return !_puppets.TryGetValue(line.Who, out var puppet)
            ? Task.FromResult<string?>(null)
            : _world.Cluster.Engine.Mailbox.Ask(() => _world.Cluster.Agents
                .SelectMany(agent => agent.Node.Machine?.State.Executors.Values.AsEnumerable() ?? [])
                .FirstOrDefault(executor => executor.ContainerId.Value == puppet.ContainerId)?.Stream);
    }

    private async Task RecordAsync(TraceLine line, Received expected)
    {
        var stream = _connections[Key(line)];
        var subject = _world.Ids.ToHere(expected.Subject);
        await _world.AdvanceToAsync(line.At);
        Received? found = null;
        if (!await _world.ReachAsync(() => (found = stream.Take(subject, line.At)) is not null, stream, line.At + Slack))
        {
            Report(line, $"did not come: {_world.Ids.ToHere(expected.Json)}\n      waiting: {string.Join("; ", stream.Waiting.Select(each => each.Subject))}");
            return;
        }
        if (line.At - found!.Passed > SameTime && !IsAccepted(line, TooEarly))
            Report(line, $"{TooEarly} events of {found.Passed!.Value.TotalMilliseconds:F0} ms: {found.Json}");
        foreach (var difference in _comparison.Differences(expected.Json, found.Json).Where(difference => !IsAccepted(line, difference)))
            Report(line, difference);
    }

    private bool IsAccepted(TraceLine line, string difference) => _scenario.Deviations.Any(deviation =>
        deviation.Field is { } field && deviation.IsAbout(line) && difference.StartsWith(field, StringComparison.Ordinal));

    private async Task EndAsync(TraceLine line)
    {
        var connection = _connections[Key(line)];
        var how = line.Text("how")!;
        if (how.StartsWith("closed by", StringComparison.Ordinal))
        {
            await _world.AdvanceToAsync(line.At);
            await LeaveAsync(connection);
            return;
        }
        if (how.StartsWith("ConnectionRefused", StringComparison.Ordinal))
        {
            await _world.ReachAsync(() => connection.Answer.IsCompleted, $"{line}: no end of the request");
            if (!connection.WasRefused)
                Report(line, "the request was not refused");
            return;
        }
        var expected = how.StartsWith("end of chunked body", StringComparison.Ordinal) ? StreamEnd.Regular : StreamEnd.Broken;
        if (!await _world.ReachAsync(() => connection.End != StreamEnd.Open, connection, line.At + Slack))
            Report(line, "the stream goes on");
        else if (connection.End != expected)
            Report(line, $"the stream's end is {connection.End}");
    }

    /// <summary>The masters' nodes: as many, in the same order, with the same MasterInfos.</summary>
    private async Task ZNodesAsync(TraceLine line)
    {
        await using var session = await ZooKeeperFixture.ConnectAsync(_zooKeeper!);
        var here = new List<string>();
        foreach (var name in (await session.ChildrenAsync(_zooKeeper!.Path))!)
            here.Add(Encoding.UTF8.GetString((await session.GetAsync(_zooKeeper.At(name)))!.Data));
        var recorded = line.Json.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("data").GetString()!).ToArray();
        if (recorded.Length != here.Count)
            Report(line, $"{here.Count} nodes; Mesos: {recorded.Length}");
        foreach (var difference in recorded.Zip(here).SelectMany(pair => _comparison.Differences(pair.First, pair.Second)))
            Report(line, difference);
    }

    private async Task StartAsync(TraceLine line)
    {
        await _world.AdvanceToAsync(line.At);
        var puppet = await _world.TakePuppetAsync(line.Who["executor:".Length..], _taken);
        _taken.Add(puppet);
        _puppets[line.Who] = puppet;
        var here = JsonSerializer.SerializeToElement(new { cwd = puppet.Sandbox, files = puppet.Files, env = puppet.Environment });
        foreach (var part in new[] { "cwd", "files", "env" })
        {
            // Python adds this one to its own environment.
            foreach (var difference in _comparison.Compare(part, line.Json.GetProperty(part), here.GetProperty(part))
                .Where(difference => !difference.StartsWith("env.LC_CTYPE", StringComparison.Ordinal)))
            {
                Report(line, difference);
            }
        }
    }

    /// <summary>The executor's process ends, and its connections with it.</summary>
    private async Task LeaveAsync(string who)
    {
        var puppet = _puppets[who];
        await _world.ReachAsync(() => !puppet.IsAlive && !_world.IsRunning(puppet), $"{who} does not end");
        foreach (var (key, connection) in _connections.Where(each => each.Key.Who == who).ToArray())
            await LeaveAsync(connection);
    }

    private async Task LeaveAsync(ReplayConnection connection)
    {
        await connection.CloseAsync();
        if (connection.StreamId is { } id)
        {
            await _world.ReachAsync(
                () => _world.Cluster.Engine.Mailbox.Ask(() => _world.Cluster.Engine.Stream(id) is null).Result, "the end of a stream is not seen");
        }
    }

    private void ReportTheRest()
    {
        foreach (var (key, connection) in _connections.Where(each => !_unread.Contains(each.Key.Who)))
        {
            foreach (var extra in connection.Waiting)
                _differences.Add($"{key.Who} {key.Connection}: Mesos did not send {extra.Json}");
        }
    }

    private void Report(TraceLine line, string difference) => _differences.Add($"{line}: {difference}");

    /// <summary>Names of connections are unique in one process of an executor only.</summary>
    private (string, int, string) Key(TraceLine line) =>
        (line.Who, _puppets.TryGetValue(line.Who, out var puppet) ? puppet.Pid : 0, line.Conn);
}
