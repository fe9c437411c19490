using System.Text.Json;
using System.Text.Json.Serialization;
using Mysos.Core.Protocol;

namespace Mysos.Core.Discovery;

/// <summary>The data of a member's node: Twitter commons' ServiceInstance as JSON.</summary>
internal sealed record ServiceInstance(
    [property: JsonPropertyName("serviceEndpoint")] ServiceEndpoint ServiceEndpoint,
    [property: JsonPropertyName("additionalEndpoints")] IReadOnlyDictionary<string, ServiceEndpoint> AdditionalEndpoints,
    [property: JsonPropertyName("status")] string Status)
{
    internal static byte[] Of(Endpoint endpoint) => JsonSerializer.SerializeToUtf8Bytes(
        new ServiceInstance(new(endpoint.Host, endpoint.Port), new Dictionary<string, ServiceEndpoint>(), "ALIVE"),
        ServiceInstanceJson.Default.ServiceInstance);
}

internal sealed record ServiceEndpoint([property: JsonPropertyName("host")] string Host, [property: JsonPropertyName("port")] int Port);

[JsonSerializable(typeof(ServiceInstance))]
internal sealed partial class ServiceInstanceJson : JsonSerializerContext;
