using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mysos.Host.Telemetry;

/// <summary>Sends traces to a collector, by <see href="https://opentelemetry.io/docs/specs/otlp/#otlphttp">OTLP over HTTP</see>.</summary>
internal static class Tracing
{
    private const string Path = "v1/traces";

    /// <param name="collector">Its address; one without a path gets OTLP's own.</param>
    public static void AddTraces(this OpenTelemetryBuilder telemetry, string source, Uri collector) => telemetry.WithTracing(tracing => tracing
        .ConfigureResource(resource => resource.AddService("mysos", serviceVersion: typeof(Tracing).Assembly.GetName().Version?.ToString(3)))
        .AddSource(source)
        .AddOtlpExporter(options =>
        {
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
            options.Endpoint = collector.AbsolutePath == "/" ? new Uri(collector, Path) : collector;
        }));
}
