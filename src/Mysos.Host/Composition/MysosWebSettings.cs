using System.Net;
using Mysos.Host.Access;
using Mysos.Host.Tls;

namespace Mysos.Host.Composition;

/// <summary>What the web side has to know.</summary>
public sealed record MysosWebSettings
{
    public IPAddress Bind { get; init; } = IPAddress.Any;

    /// <summary>0 takes a free port; <see cref="MysosWebApp.Port"/> says which.</summary>
    public int Port { get; init; }

    /// <summary>Metrics are collected by meter name in the whole process, so two hosts in one process need two names.</summary>
    public string MeterName { get; init; } = "Mysos";

    /// <summary>Served at <c>/executor/…</c> when set.</summary>
    public Executor.ExecutorPackage? ExecutorPackage { get; init; }

    /// <summary>The OpenTelemetry collector that traces are sent to; null: none.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Log at debug level.</summary>
    public bool Verbose { get; init; }

    internal AccessSettings Access { get; init; } = new();

    /// <summary>Null: plain HTTP.</summary>
    internal TlsSettings? Tls { get; init; }

    internal PeerAuthorities Peers { get; init; } = new(null);
}
