using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mysos.Core.Mesos;

/// <summary>
/// JSON of the v1 APIs: snake_case, absent members left out, bytes in base64, unknown members ignored. Calls go out
/// with <c>Content-Type: application/json</c> and nothing after it: Mesos answers 415 to a charset.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(MesosDoubleConverter)])]
[JsonSerializable(typeof(SchedulerEvent))]
[JsonSerializable(typeof(SchedulerCall))]
[JsonSerializable(typeof(ExecutorEvent))]
[JsonSerializable(typeof(ExecutorCall))]
[JsonSerializable(typeof(ExecutorEvent.SubscribedEvent), TypeInfoPropertyName = "ExecutorSubscribedEvent")]
[JsonSerializable(typeof(ExecutorEvent.MessageEvent), TypeInfoPropertyName = "ExecutorMessageEvent")]
[JsonSerializable(typeof(ExecutorCall.SubscribeCall), TypeInfoPropertyName = "ExecutorSubscribeCall")]
[JsonSerializable(typeof(ExecutorCall.MessageCall), TypeInfoPropertyName = "ExecutorMessageCall")]
[JsonSerializable(typeof(MasterInfo))]
public sealed partial class MesosJson : JsonSerializerContext;
