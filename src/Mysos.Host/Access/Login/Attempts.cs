using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace Mysos.Host.Access.Login;

/// <summary>How many wrong passwords are borne within a time.</summary>
internal sealed record AttemptLimits
{
    public int PerAddress { get; init; } = 40;

    /// <summary>96 in an hour; OWASP's ASVS 2.2.1 allows 100.</summary>
    public int PerUser { get; init; } = 8;

    public int PerCluster { get; init; } = 20;
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Counts wrong passwords by the address they come from, and by what they are for. Right ones cost nothing.</summary>
internal sealed class Attempts(AttemptLimits limits) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _addresses = Limiter(limits.PerAddress, limits.Window);
    private readonly PartitionedRateLimiter<string> _users = Limiter(limits.PerUser, limits.Window);
    private readonly PartitionedRateLimiter<string> _clusters = Limiter(limits.PerCluster, limits.Window);

    /// <summary>How long nothing more is tried; null: it may be.</summary>
    public TimeSpan? WaitOf(string address, AttemptOn on) =>
        Longest(Wait(_addresses, Network(address)), on.Name is null ? null : Wait(LimiterOf(on), on.Name));

    public void Failed(string address, AttemptOn on)
    {
        _addresses.AttemptAcquire(Network(address)).Dispose();
        if (on.Name is not null)
            LimiterOf(on).AttemptAcquire(on.Name).Dispose();
    }

    public void Dispose()
    {
        _addresses.Dispose();
        _users.Dispose();
        _clusters.Dispose();
    }

    /// <summary>Of IPv6, the part that one customer has: whoever has one address there has 2^64.</summary>
    internal static string Network(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6 || parsed.IsIPv4MappedToIPv6)
            return address;
        var bytes = parsed.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes).ToString();
    }

    private PartitionedRateLimiter<string> LimiterOf(AttemptOn on) => on.IsCluster ? _clusters : _users;

    private static TimeSpan? Wait(PartitionedRateLimiter<string> limiter, string key)
    {
        // None are asked for: it only says whether there are some.
        using var lease = limiter.AttemptAcquire(key, permitCount: 0);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    private static TimeSpan? Longest(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null ? a : a > b ? a : b;

    private static PartitionedRateLimiter<string> Limiter(int permits, TimeSpan window) =>
        PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetFixedWindowLimiter(
            key, _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = window, QueueLimit = 0 }), StringComparer.Ordinal);
}

/// <summary>What a password was tried on.</summary>
/// <param name="Name">Null for a token, which has no name until it is right.</param>
internal readonly record struct AttemptOn(string? Name, bool IsCluster)
{
    public static AttemptOn Token => new(null, false);

    public static AttemptOn User(string name) => new(name, false);

    public static AttemptOn Cluster(string name) => new(name, true);
}
