using System.Runtime.InteropServices;
using Mysos.Core.Mesos;
using Mysos.Executor;
using Mysos.Executor.Data;
using Mysos.Executor.Servers;

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
    if (args is ["--make-template"])
        return await MakeTemplateAsync();
    var environment = ExecutorEnvironment.Read(Environment.GetEnvironmentVariable);
    Environment.SetEnvironmentVariable(ExecutorEnvironment.TokenVariable, null);
    using var http = new HttpMessageInvoker(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
    });
    await using var executor = new NodeExecutor(environment, Environment.GetEnvironmentVariable, http, time, new Random(), log);
    return await executor.RunAsync(terminate.Token);
}
catch (Exception e) when (e is InvalidDataException or UnauthorizedAccessException or IOException or NotSupportedException)
{
    log.Write(e.Message);
    return 1;
}

// What the first launch on a host would otherwise wait for; agents may run it when they are set up.
async Task<int> MakeTemplateAsync()
{
    var cache = CacheDirectory.Open(Environment.GetEnvironmentVariable);
    var program = await ServerProgram.FindAsync(Environment.GetEnvironmentVariable, cache, terminate.Token);
    log.Write($"{program.Label}: {await new Templates(cache, time, log).GetAsync(program, terminate.Token)}");
    return 0;
}
