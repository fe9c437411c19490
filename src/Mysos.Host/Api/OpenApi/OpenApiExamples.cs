using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;
using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Host.Access;
using Mysos.Host.Api.Errors;
using Mysos.Host.Api.Events;
using Mysos.Host.Api.Fields;

namespace Mysos.Host.Api.OpenApi;

/// <summary>Examples in the API's description. They are written from the types that answers are written from.</summary>
internal static class OpenApiExamples
{
    private const string Url = "zk://10.0.0.5:2181,10.0.0.6:2181/mysos/discover/shop";
    private static readonly DateTimeOffset Moment = new(2026, 11, 23, 20, 19, 18, TimeSpan.Zero);
    private static readonly ClusterEvent Happened = new(Moment, "cluster_complete", "All 3 nodes serve.");

    private static readonly ClusterView Cluster = new()
    {
        Name = "shop", User = "app", NumNodes = 3, Size = ClusterSize.Default, ClusterUrl = Url, State = ClusterCondition.Healthy, Reason = "",
        Epoch = 1, Version = "4f0a1c9be27d3385", Election = new ElectionView { Policy = ElectionPolicy.Lossless, Timeout = "60s", SyncReplicas = 1 },
        IfMasterDied = new MasterLossView(2, false, "node 2 would take over, and has every acknowledged write"), Created = Moment,
        Nodes =
        [
            new NodeView
            {
                TaskId = "mysos-shop.19f6a1f3c2b.1.1", ServerId = 1, Role = NodeRole.Master, State = NodeState.Serving, Host = "10.0.0.12", Port = 31526,
                Agent = "7d2e6a5c-S0", Member = "member_0000000001", Gtid = "0-1-2", Server = "MariaDB 10.11.19",
            },
        ],
        Events = [Happened],
    };

    private static readonly BackupView Backup = new()
    {
        BackupId = "shop:202611232100", State = BackupState.Done, SizeBytes = 17_520_688, Seconds = 1.614, Started = Moment,
    };

    private static readonly AgentDocument Agent = AgentDocument.Of(
        new AgentView
        {
            Id = "7d2e6a5c-S0", Hostname = "db-07", Address = "10.0.0.12:5051", Offered = new(12, 49152, 819200), Reserved = new(0, 0, 0), OfferedAt = Moment,
            Used = new(1.1, 544, 2048), Volumes = 1, Zone = "north/a",
        },
        [new AgentNode("shop", 1, NodeRole.Master, NodeState.Serving)]);

    private static readonly Dictionary<Type, object> Answers = new object[]
    {
        new[] { Agent },
        Cluster, new[] { ClusterSummary.Of(Cluster) }, new[] { Backup },
        new[] { new FleetEvent($"{Moment.UtcTicks}-0-shop", "shop", Happened.Time, Happened.Kind, Happened.Text) },
        new CreateAnswer("w9gMCkecsMh6sWsRdxNTa", Url), new DeleteAnswer(Url), new ResizeAnswer(Url, 2), new BackupAnswer(Backup.BackupId),
        new SwitchoverAnswer(Url, 1, 2), new RestartAnswer(Url, [2, 3, 1]), new PasswordAnswer("Xb7pQ2mZk4LrT9sVc1NdE", Url), new ReplaceAnswer(Url, 2),
        new ElectionAnswer(Url, "available", "10s", "1"), new PromotionAnswer(Url, 2, Promotion.Prefer), new DelayAnswer(Url, 2, 3600), new PauseAnswer(Url, true),
    }.ToDictionary(a => a.GetType());

    private static readonly Dictionary<int, (string? Field, string Detail)> Refusals = new()
    {
        [400] = ("num_nodes", "num_nodes is 101; it must be from 1 to 100."),
        [403] = ("password", "This is not the password of cluster 'shop'."),
        [404] = ("cluster_name", "There is no cluster 'shop'; GET /clusters lists them."),
        [409] = (null, "Cluster 'shop' is being deleted."),
        [412] = ("If-Match", "Cluster 'shop' has changed: its version is 4f0a1c9be27d3385, not 0d5e8b1f7a6c2294."),
        [413] = (null, HttpRefusals.Explain(413, null)),
        [415] = (null, HttpRefusals.Explain(415, null)),
        [429] = ("password", Challenges.TooMany(TimeSpan.FromSeconds(5))),
        [503] = (null, "The scheduler is not connected to Mesos now, so nothing can be changed; try again soon."),
    };

    /// <summary>A body with the fields that have an example.</summary>
    public static JsonNode Body(IEnumerable<FieldSpec> fields) => new JsonObject(
        fields.Where(f => f.Example is not null).Select(f => KeyValuePair.Create(f.Name, JsonNode.Parse(f.Example!))));

    public static void AddTo(OpenApiOperation operation, IEnumerable<ApiResponseType> answers)
    {
        foreach (var answer in answers)
        {
            if (operation.Responses?.GetValueOrDefault(answer.StatusCode.ToString(CultureInfo.InvariantCulture))?.Content is not { } content
                || Of(answer) is not { } example)
                continue;
            // A stream of events is not one document.
            foreach (var (_, media) in content.Where(c => c.Key != ServerSentEvents.ContentType))
                media.Example = example.DeepClone();
        }
    }

    private static JsonNode? Of(ApiResponseType answer) =>
        answer.Type is not { } type ? null
        : type == typeof(ProblemBody) && Refusals.TryGetValue(answer.StatusCode, out var refusal)
            ? JsonNode.Parse(Problems.Body(answer.StatusCode, refusal.Field, refusal.Detail))
        : Answers.GetValueOrDefault(type) is { } value ? JsonSerializer.SerializeToNode(value, ReadableJson.Api.GetTypeInfo(type)!)
        : null;
}
