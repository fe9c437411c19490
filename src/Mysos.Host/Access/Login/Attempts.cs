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

    public int Of(AttemptKind kind) => kind switch
    {
        AttemptKind.Address => PerAddress,
        AttemptKind.User => PerUser,
        AttemptKind.Cluster => PerCluster,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no limit for this."),
    };
}

internal enum AttemptKind { Address, User, Cluster }

/// <summary>What wrong passwords are counted by.</summary>
internal readonly record struct AttemptOn(AttemptKind Kind, string Name)
{
    public static AttemptOn User(string name) => new(AttemptKind.User, name);

    public static AttemptOn Cluster(string name) => new(AttemptKind.Cluster, name);

    /// <summary>Of IPv6, the part that one customer has: whoever has one address there has 2^64.</summary>
    public static AttemptOn Address(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6 || parsed.IsIPv4MappedToIPv6)
            return new(AttemptKind.Address, address);
        var bytes = parsed.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new(AttemptKind.Address, new IPAddress(bytes).ToString());
    }
}

/// <summary>Counts wrong passwords by the address they come from, and by what they are for. Right ones cost nothing.</summary>
internal sealed class Attempts(AttemptLimits limits) : IDisposable
{
    private readonly PartitionedRateLimiter<AttemptOn> _limiter = PartitionedRateLimiter.Create<AttemptOn, AttemptOn>(on => RateLimitPartition.GetFixedWindowLimiter(
        on, counted => new FixedWindowRateLimiterOptions { PermitLimit = limits.Of(counted.Kind), Window = limits.Window, QueueLimit = 0 }));

    /// <summary>How long nothing more is tried; null: it may be.</summary>
    /// <param name="on">Null for a token, which has no name until it is right.</param>
    public TimeSpan? WaitOf(string address, AttemptOn? on)
    {
        var waits = Counted(address, on).Select(Wait).OfType<TimeSpan>().ToList();
        return waits.Count > 0 ? waits.Max() : null;
    }

    /// <inheritdoc cref="WaitOf"/>
    public void Failed(string address, AttemptOn? on)
    {
        foreach (var counted in Counted(address, on))
            _limiter.AttemptAcquire(counted).Dispose();
    }

    public void Dispose() => _limiter.Dispose();

    private static AttemptOn[] Counted(string address, AttemptOn? on) =>
        on is { } named ? [AttemptOn.Address(address), named] : [AttemptOn.Address(address)];

    private TimeSpan? Wait(AttemptOn counted)
    {
        // None are asked for: it only says whether there are some.
        using var lease = _limiter.AttemptAcquire(counted, permitCount: 0);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }
}
