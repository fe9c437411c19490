using Mysos.Dashboard.Access;
using Mysos.Host.Composition;

namespace Mysos.Host.Access;

/// <summary>Says at the start who can act.</summary>
internal static partial class AccessNotices
{
    public static void Log(ILoggerFactory loggers, MysosWebSettings settings)
    {
        var log = loggers.CreateLogger("Mysos.Access");
        switch (AccessServices.OpennessOf(settings))
        {
            case Openness.Network: OpenToNetwork(log, settings.Bind.ToString()); break;
            case Openness.ThisMachine: OpenHere(log, settings.Bind.ToString()); break;
            case Openness.Closed when settings.Tls is null && settings.Access.TrustedProxies.IsEmpty && !System.Net.IPAddress.IsLoopback(settings.Bind):
                PlainLogin(log);
                break;
        }
    }

    [LoggerMessage(210, LogLevel.Warning, "No login is asked for: whoever reaches {Address} can create clusters, and change those whose password they know. Ask for one with --auth_file, or listen on --bind=127.0.0.1 alone")]
    private static partial void OpenToNetwork(ILogger log, string address);

    [LoggerMessage(211, LogLevel.Information, "No login is asked for; only this machine reaches {Address}")]
    private static partial void OpenHere(ILogger log, string address);

    [LoggerMessage(212, LogLevel.Warning, "Passwords and tokens cross the network in clear: serve TLS with --tls_cert and --tls_key, or name the proxy that does with --trusted_proxies")]
    private static partial void PlainLogin(ILogger log);
}
