namespace Mysos.Host.Composition;

/// <summary>How every part of the program logs: a line each, with the time in UTC, on standard error.</summary>
internal static class HostLogging
{
    public static ILoggerFactory Create(bool verbose) => LoggerFactory.Create(logging => Configure(logging, verbose));

    public static void Configure(ILoggingBuilder logging, bool verbose)
    {
        logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information);
        // A browser with a cookie of an earlier run gets a new one; that is no error.
        logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.None);
        logging.AddFilter("Microsoft", verbose ? LogLevel.Information : LogLevel.Warning);
        // Each request that is not let in; the audit log has those of them that matter.
        logging.AddFilter("Mysos.Host.Access.Login.CredentialHandler", verbose ? LogLevel.Information : LogLevel.Warning);
        logging.AddFilter("Mysos.Host.Access.Peers.PeerHandler", verbose ? LogLevel.Information : LogLevel.Warning);
        // A line for each request that is passed on, and a stack trace for each that could not be: its sender is told.
        logging.AddFilter("Yarp", verbose ? LogLevel.Information : LogLevel.Error);
    }
}
