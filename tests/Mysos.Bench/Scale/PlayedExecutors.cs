using System.Security.Cryptography;
using System.Text.Json;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;

namespace Mysos.Bench.Scale;

/// <summary>Executors that do as they are told at once, and report each second as the real ones do.</summary>
internal sealed class PlayedExecutors
{
    private readonly bool _busy;
    private readonly byte[] _publicKey;
    private readonly Dictionary<string, Executor> _executors = new(StringComparer.Ordinal);
    private readonly List<Executor> _all = [];
    private int _next;
    private long _written;

    /// <param name="busy">Clients write: each report tells of more transactions.</param>
    public PlayedExecutors(bool busy)
    {
        _busy = busy;
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        _publicKey = key.PublicKey.ExportSubjectPublicKeyInfo();
    }

    public int Count => _all.Count;

    public bool Has(string task) => _executors.ContainsKey(task);

    public int Serving => _all.Count(e => e.Report.Serving);

    /// <summary>The task's first words.</summary>
    public SchedulerEvent Start(TaskInfo task)
    {
        var executor = new Executor(task.AgentId, new Report { TaskId = task.TaskId.Value, Sequence = 0, Phase = NodePhase.Preparing });
        _executors.Add(task.TaskId.Value, executor);
        _all.Add(executor);
        return Hello(executor);
    }

    public IEnumerable<SchedulerEvent> Hear(SchedulerCall.MessageCall message)
    {
        if (!_executors.TryGetValue(message.ExecutorId.Value, out var executor))
            yield break;
        var said = JsonSerializer.Deserialize(message.Data, ProtocolJson.Default.SchedulerMessage)!;
        if (said.Accounts is not null && executor.Report.Phase == NodePhase.Preparing)
            executor.Report = executor.Report with { Phase = NodePhase.Running, Server = "MariaDB 10.11.6" };
        if (said.Directive is { } directive && directive.Version > executor.Seen)
            (executor.Seen, executor.Told) = (directive.Version, directive);
        if (executor.Report.Phase == NodePhase.Running && executor.Told is { } told && executor.Report.AppliedVersion < told.Version)
        {
            executor.Report = executor.Report with
            {
                AppliedVersion = told.Version, NewestVersion = told.Version, QuietVersion = told.Ackers == 0 ? told.Version : executor.Report.QuietVersion,
                Epoch = told.Epoch, Role = told.Role, Source = told.Source, Rebuild = told.Rebuild,
                ReadOnly = told.Role != DirectedRole.Master, Serving = told.Role is DirectedRole.Master or DirectedRole.Slave,
                Executed = "0-1-1", Received = "0-1-1",
            };
        }
        yield return Say(executor);
    }

    /// <summary>The reports that are due when each executor makes one a second.</summary>
    public IEnumerable<SchedulerEvent> Reports(double seconds)
    {
        _written++;
        for (var left = (int)Math.Ceiling(_all.Count * seconds); left > 0; left--)
        {
            var executor = _all[_next++ % _all.Count];
            yield return executor.Report.Phase == NodePhase.Preparing ? Hello(executor) : Say(executor);
        }
    }

    private SchedulerEvent Hello(Executor executor) =>
        Message(executor, new ExecutorMessage { Hello = new Hello { TaskId = executor.Report.TaskId, PublicKey = _publicKey } });

    private SchedulerEvent Say(Executor executor)
    {
        executor.Report = executor.Report with { Sequence = executor.Report.Sequence + 1 };
        if (_busy && executor.Report.Serving)
        {
            var gtid = $"0-1-{_written}";
            executor.Report = executor.Report with { Executed = gtid, Received = gtid, LagSeconds = executor.Report.Source is null ? null : 0, Connections = 10, DataMb = 100 };
        }
        return Message(executor, new ExecutorMessage { Report = executor.Report });
    }

    private static SchedulerEvent Message(Executor executor, ExecutorMessage message) => new()
    {
        Type = "MESSAGE",
        Message = new SchedulerEvent.MessageEvent(executor.Agent, new ExecutorId(executor.Report.TaskId),
            JsonSerializer.SerializeToUtf8Bytes(message, ProtocolJson.Default.ExecutorMessage)),
    };

    private sealed class Executor(AgentId agent, Report report)
    {
        public AgentId Agent => agent;
        public Report Report { get; set; } = report;
        public long Seen { get; set; }
        public Directive? Told { get; set; }
    }
}
