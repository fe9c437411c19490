using System.Reactive.Subjects;
using Mysos.Core.Access;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Elections;
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
    /// <summary>Without who asked, which is <see cref="LastBy"/>.</summary>
    public ClusterRequest? Last { get; private set; }
    public Actor? LastBy { get; private set; }
    public CreateRequest? LastCreate => Last as CreateRequest;
    public Exception? Fault { get; set; }
    public string? WaitsFor { get; set; }

    public void ForgetRequests() => (Last, LastBy) = (null, null);

    public bool? Leads { get; set; }

    public Readiness Check() => new(WaitsFor) { Leads = Leads };

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
        Version = "aa01",
        Election = new ElectionView { Policy = ElectionPolicy.Available, Timeout = "10s", OwnPolicy = true },
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Nodes =
        [
            new NodeView { TaskId = $"{name}-0", ServerId = 1, Role = NodeRole.Master, State = NodeState.Serving, Host = "10.0.0.1", Port = 3306 },
            new NodeView { TaskId = $"{name}-1", ServerId = 2, Role = NodeRole.Slave, State = NodeState.Serving, Host = "10.0.0.2", Port = 3306, LagSeconds = 0, Promotion = Promotion.Prefer, DelaySeconds = 3600 },
        ],
        Backups =
        [
            new BackupView { BackupId = $"{name}:1", State = BackupState.Done, SizeBytes = 1000, Seconds = 1.5, Started = new DateTimeOffset(2026, 1, 2, 4, 0, 0, TimeSpan.Zero) },
        ],
        Events = [new ClusterEvent(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "created", "The cluster was created.")],
    };

    public Task<TAnswer> AskAsync<TAnswer>(ClusterRequest<TAnswer> request, CancellationToken cancellation)
    {
        (Last, LastBy) = (request with { By = null }, request.By);
        return Task.FromResult((TAnswer)(request switch
        {
            CreateRequest create => Create(create),
            DeleteRequest => Delete(Find(request)),
            ResizeRequest resize => Resize(Find(request), resize.NumNodes),
            BackupRequest => new BackupAnswer($"{Find(request).Name}:202601020304"),
            SwitchoverRequest switchover => new SwitchoverAnswer(Find(request).ClusterUrl, 1, switchover.To ?? 2),
            RestartRequest => new RestartAnswer(Find(request).ClusterUrl, [2, 1]),
            PasswordRequest change => ChangePassword(Find(request), change.NewPassword ?? "w9gMCkecsMh6sWsRdxNTa"),
            ElectionRequest election => new ElectionAnswer(Find(request).ClusterUrl, ElectionText.Of(election.Policy?.Own), ElectionText.Of(election.Timeout?.Own), ElectionText.Of(election.SyncReplicas?.Own)),
            PromotionRequest promotion => new PromotionAnswer(Find(request).ClusterUrl, promotion.Node, promotion.Promotion),
            DelayRequest delay => new DelayAnswer(Find(request).ClusterUrl, delay.Node, (int)delay.Delay.TotalSeconds),
            PauseRequest or ResumeRequest => new PauseAnswer(Find(request).ClusterUrl, request is PauseRequest),
            ReplaceRequest replace => (object)new ReplaceAnswer(Find(request).ClusterUrl, replace.Node),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request, "not kept here"),
        }));
    }

    public Task<DryRunAnswer> DryRunAsync(ClusterRequest request, CancellationToken cancellation)
    {
        (Last, LastBy) = (request with { By = null }, request.By);
        if (request is not CreateRequest)
            Find(request);
        return Task.FromResult(new DryRunAnswer(true, [$"{request.GetType().Name} of {request.Name}"]));
    }

    private CreateAnswer Create(CreateRequest request)
    {
        Throw();
        ClusterRules.Check(request, "admin");
        if (Current.Clusters.ContainsKey(request.Name))
        {
            throw new RequestException(409, "cluster_name", $"There is a cluster '{request.Name}' already.");
        }

        var view = Cluster(request.Name) with { User = request.User, NumNodes = request.NumNodes, Size = request.Size };
        Put(view, request.Password ?? "w9gMCkecsMh6sWsRdxNTa");
        return new CreateAnswer(_passwords[request.Name], view.ClusterUrl);
    }

    private DeleteAnswer Delete(ClusterView view)
    {
        Update(v => v with { Clusters = v.Clusters.Remove(view.Name) });
        return new DeleteAnswer(view.ClusterUrl);
    }

    private ResizeAnswer Resize(ClusterView view, int numNodes)
    {
        Update(v => v with { Clusters = v.Clusters.SetItem(view.Name, view with { NumNodes = numNodes, Version = "aa02" }) });
        return new ResizeAnswer(view.ClusterUrl, numNodes);
    }

    private PasswordAnswer ChangePassword(ClusterView view, string password)
    {
        _passwords[view.Name] = password;
        return new PasswordAnswer(password, view.ClusterUrl);
    }

    private ClusterView Find(ClusterRequest request) =>
        ClusterRules.CheckChange(request) is { } wrong ? throw wrong.ToException()
        : Find(request.Name, request.Password) is var found && request.IfVersion is { } version && version != found.Version
            ? throw new RequestException(412, "If-Match", $"Its version is {found.Version}.")
        : found;

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
