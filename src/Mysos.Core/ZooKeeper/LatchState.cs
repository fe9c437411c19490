using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mysos.Core.ZooKeeper;

/// <summary>What one contender knows of the election.</summary>
public abstract record LatchState
{
    private LatchState()
    {
    }

    /// <summary>This contender leads, until a later state says otherwise.</summary>
    /// <param name="Node">Its node; another one each time it has joined anew.</param>
    public sealed record Leading(string Node) : LatchState
    {
        /// <summary>By its node's sequence: from 1, and higher than those of all leaders before it.</summary>
        public long Term => 1 + LeaderLatch.Sequence(Node) ?? throw new InvalidOperationException($"'{Node}' is no node of a latch.");
    }

    /// <summary>Another one leads.</summary>
    public sealed record Following(LeaderData Leader) : LatchState;

    /// <summary>Nothing certain: just started, released, or no server has confirmed the session in time.</summary>
    public sealed record Unknown : LatchState
    {
        public static Unknown Instance { get; } = new();
    }
}

/// <summary>Where a scheduler is reached; the data of its node.</summary>
public sealed record LeaderData(string Host, int Port, string Id)
{
    /// <summary>Whether it speaks TLS there.</summary>
    public bool Tls { get; init; }

    /// <summary>Of Mysos.</summary>
    public string? Version { get; init; }

    [JsonIgnore]
    public Uri Address => new UriBuilder(Tls ? "https" : "http", Host, Port).Uri;

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, LatchJson.Default.LeaderData);

    /// <summary>Null when it is none.</summary>
    internal static LeaderData? FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, LatchJson.Default.LeaderData);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LeaderData))]
internal sealed partial class LatchJson : JsonSerializerContext;
