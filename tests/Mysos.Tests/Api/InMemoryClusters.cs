using System.Reactive.Subjects;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Protocol;
using Mysos.Host.Api.Status;

namespace Mysos.Tests.Api;

/// <summary>What stands behind the HTTP layer in its own tests: it keeps requests and answers as the contract says.</summary>
internal sealed class InMemoryClusters : IClusterService, IReadModel, IReadiness
{
    private readonly BehaviorSubject<SchedulerView> _views = new(SchedulerView.Empty);
    private readonly Dictionary<string, string> _passwords = [];
    private readonly Lock _gate = new();

    public SchedulerView Current => _views.Value;
    public IObservable<SchedulerView> Views => _views;
    public CreateRequest? LastCreate { get; private set; }
    public Exception? Fault { get; set; }
    public string? WaitsFor { get; set; }

    public Readiness Check() => new(WaitsFor);

    public void Update(Func<SchedulerView, SchedulerView> change)
    {
        lock (_gate)
        {
            _views.OnNext(change(Current) with { Version = Current.Version + 1 });
        }
    }

    public void Put(ClusterView cluster, string password = "secret")
    {
        _passwords[cluster.Name] = password;
        Update(v => v with { Clusters = v.Clusters.SetItem(cluster.Name, cluster) });
    }

    public static ClusterView Cluster(string name) => new()
    {
        Name = name,
        User = "mysos",
        NumNodes = 2,
        Size = ClusterSize.Default,
        ClusterUrl = $"zk://127.0.0.1:2181/mysos/discover/{name}",
        State = ClusterCondition.Healthy,
        Reason = "",
        Epoch = 1,
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Nodes =
        [
            new NodeView { TaskId = $"{name}-0", ServerId = 1, Role = NodeRole.Master, State = NodeState.Serving, Host = "10.0.0.1", Port = 3306 },
            new NodeView { TaskId = $"{name}-1", ServerId = 2, Role = NodeRole.Slave, State = NodeState.Serving, Host = "10.0.0.2", Port = 3306, LagSeconds = 0 },
        ],
        Backups =
        [
            new BackupView { BackupId = $"{name}:1", State = BackupState.Done, SizeBytes = 1000, Seconds = 1.5, Started = new DateTimeOffset(2026, 1, 2, 4, 0, 0, TimeSpan.Zero) },
        ],
        Events = [new ClusterEvent(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "created", "The cluster was created.")],
    };

    public Task<CreateAnswer> CreateAsync(CreateRequest request, CancellationToken cancellation)
    {
        Throw();
        ClusterRules.Check(request, "admin");
        LastCreate = request;
        if (Current.Clusters.ContainsKey(request.Name))
        {
            throw new RequestException(409, "cluster_name", $"There is a cluster '{request.Name}' already.");
        }

        var view = Cluster(request.Name) with { User = request.User, NumNodes = request.NumNodes, Size = request.Size };
        Put(view, request.Password ?? "w9gMCkecsMh6sWsRdxNTa");
        return Task.FromResult(new CreateAnswer(_passwords[request.Name], view.ClusterUrl));
    }

    public Task<DeleteAnswer> DeleteAsync(string name, string? password, CancellationToken cancellation)
    {
        var view = Find(name, password);
        Update(v => v with { Clusters = v.Clusters.Remove(name) });
        return Task.FromResult(new DeleteAnswer(view.ClusterUrl));
    }

    public Task<ResizeAnswer> ResizeAsync(string name, string? password, int numNodes, CancellationToken cancellation)
    {
        var view = Find(name, password);
        Update(v => v with { Clusters = v.Clusters.SetItem(name, view with { NumNodes = numNodes }) });
        return Task.FromResult(new ResizeAnswer(view.ClusterUrl, numNodes));
    }

    public Task<BackupAnswer> BackupAsync(string name, string? password, CancellationToken cancellation) =>
        Task.FromResult(new BackupAnswer($"{Find(name, password).Name}:202601020304"));

    private ClusterView Find(string name, string? password)
    {
        Throw();
        return !Current.Clusters.TryGetValue(name, out var view) ? throw new RequestException(404, "cluster_name", $"There is no cluster '{name}'.")
            : _passwords[name] != password ? throw new RequestException(403, "password", "The password is wrong.")
            : view;
    }

    private void Throw()
    {
        if (Fault is not null)
        {
            throw Fault;
        }
    }
}
