using System.Runtime.InteropServices;
using Mysos.Core.Mesos;
using Mysos.Executor;

var time = TimeProvider.System;
var log = new Log(Console.Error, time);
using var terminate = new CancellationTokenSource();
void OnSignal(PosixSignalContext signal)
{
    signal.Cancel = true;
    terminate.Cancel();
}
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
try
{
    var environment = ExecutorEnvironment.Read(Environment.GetEnvironmentVariable);
    using var http = new HttpMessageInvoker(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
    });
    await using var executor = new NodeExecutor(environment, Environment.GetEnvironmentVariable, http, time, log);
    return await executor.RunAsync(terminate.Token);
}
catch (Exception e) when (e is InvalidDataException or UnauthorizedAccessException or IOException)
{
    log.Write(e.Message);
    return 1;
}
