using System.Text.Json.Nodes;
using MySqlConnector;
using Mysos.Core.Clusters;
using Mysos.Core.State;

namespace Mysos.Chaos.Stack;

/// <summary>A cluster on the stack, and what tests have to know of it.</summary>
internal sealed class TestedCluster
{
    public const string User = "app";
    private const string Password = "a-cluster-password";

    private readonly ChaosStack _stack;

    private TestedCluster(ChaosStack stack, string name, int nodes) => (_stack, Name, Nodes) = (stack, name, nodes);

    public string Name { get; }
    public int Nodes { get; }

    /// <summary>Of <see cref="User"/>.</summary>
    public static string PasswordOf => Password;

    /// <summary>Its ServerSet.</summary>
    public string Url => $"{_stack.ZooKeeper}/discover/{Name}";

    /// <summary>Asks for it, waits until it is healthy, and makes the table.</summary>
    /// <exception cref="TimeoutException">It does not become healthy.</exception>
    public static async Task<TestedCluster> CreateAsync(ChaosStack stack, string name, int nodes)
    {
        var cluster = new TestedCluster(stack, name, nodes);
        await cluster.RequestAsync(HttpMethod.Post, "", new()
        {
            ["cluster_user"] = User, ["num_nodes"] = $"{nodes}", ["cluster_password"] = Password, ["size"] = """{"mem":"512mb","disk":"1gb","cpus":1.0}""",
        });
        await cluster.HealthyAsync(TimeSpan.FromMinutes(5));
        var master = (await cluster.DurableAsync())!.Master!.Value;
        await using var connection = await cluster.OpenAsync(await cluster.EndpointAsync(master));
        await using var make = new MySqlCommand("CREATE DATABASE chaos; CREATE TABLE chaos.t (i BIGINT PRIMARY KEY, v VARCHAR(64)) ENGINE=InnoDB", connection);
        await make.ExecuteNonQueryAsync();
        return cluster;
    }

    public async Task DeleteAsync()
    {
        await RequestAsync(HttpMethod.Delete, "", new() { ["password"] = Password });
        if (!await Eventually.IsAsync(async () => await ViewAsync() is null && Processes.Servers == 0, TimeSpan.FromSeconds(60)))
            throw new TimeoutException($"Cluster {Name} was deleted, and is still there.");
    }

    /// <summary>Asks for another master; returns when that was accepted.</summary>
    public Task SwitchOverAsync() => RequestAsync(HttpMethod.Post, "/switchover", new() { ["password"] = Password });

    /// <summary>As a scheduler shows it; null: none answers, or there is no such cluster.</summary>
    public Task<JsonNode?> ViewAsync() => _stack.AskAsync($"/clusters/{Name}");

    /// <summary>What is durable of it; null: ZooKeeper does not answer.</summary>
    public async Task<Cluster?> DurableAsync()
    {
        await using var zooKeeper = await _stack.OpenZooKeeperAsync();
        return zooKeeper is not null && await zooKeeper.GetAsync(StatePath) is { } node ? StateJson.ReadCluster(StateJson.KeyOf(Name), node.Data) : null;
    }

    /// <summary>Where <see cref="DurableAsync"/> has it from.</summary>
    public string StatePath => _stack.ZooKeeper.At($"state/{StateJson.KeyOf(Name)}");

    public async Task HealthyAsync(TimeSpan deadline)
    {
        JsonNode? last = null;
        if (!await Eventually.IsAsync(async () => IsHealthy(last = await ViewAsync() ?? last), deadline))
            throw new TimeoutException($"Cluster {Name} is not healthy after {deadline.TotalSeconds:F0} s: {last?["state"]} {last?["reason"]} {last?["nodes"]?.ToJsonString()}");
    }

    public async Task<(string Host, int Port)> EndpointAsync(int node)
    {
        var endpoint = (await DurableAsync())!.Nodes[node].Task!.Endpoint;
        return (endpoint.Host, endpoint.Port);
    }

    /// <summary>As the administrator: everything is allowed, also where the server is read-only.</summary>
    public Task<MySqlConnection> OpenAsync((string Host, int Port) at) => OpenAsync(at, ChaosStack.AdminUser, ChaosStack.AdminPassword);

    public static Task<MySqlConnection> OpenAsOwnerAsync((string Host, int Port) at) => OpenAsync(at, User, Password);

    private static async Task<MySqlConnection> OpenAsync((string Host, int Port) at, string user, string password)
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder
        {
            Server = at.Host, Port = (uint)at.Port, UserID = user, Password = password, Pooling = false, ConnectionTimeout = 5,
            AllowPublicKeyRetrieval = true, DefaultCommandTimeout = 30,
        }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private bool IsHealthy(JsonNode? view) => view?["state"]?.GetValue<string>() == "healthy" && view["nodes"]!.AsArray() is var nodes
        && nodes.Count == Nodes && nodes.All(n => n!["state"]!.GetValue<string>() == "serving")
        && nodes.Count(n => n!["acker"]?.GetValue<bool>() == true) == Math.Min(1, Nodes - 1);

    private async Task RequestAsync(HttpMethod method, string what, Dictionary<string, string> fields)
    {
        var leader = await _stack.LeaderAsync() ?? throw new TimeoutException("No scheduler leads.");
        using var request = new HttpRequestMessage(method, new Uri(leader.Url, $"/clusters/{Name}{what}")) { Content = new FormUrlEncodedContent(fields) };
        using var answer = await _stack.Http.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {Name}: {await answer.Content.ReadAsStringAsync()}");
    }
}
