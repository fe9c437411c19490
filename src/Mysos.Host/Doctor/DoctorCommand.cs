using System.Security.Cryptography.X509Certificates;
using Mysos.Host.Commands;
using Mysos.Host.Options;
using Mysos.Host.Scheduler;
using Mysos.Host.Tls;

namespace Mysos.Host.Doctor;

/// <summary><c>mysos doctor</c>: takes a scheduler's options, and looks whether a scheduler would work with them.</summary>
internal static class DoctorCommand
{
    private const string Name = "doctor";

    /// <summary>For each check, all its questions together.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static RunCommand Create(CommandIo io) => RunCommand.Create(io, Name,
        "Checks what a scheduler needs, with the flags of mysos scheduler: each line is ok, warn or fail, with what would mend it. Ends with 1 if any fails.",
        Uses.Scheduler, OptionsReader.Scheduler, RunAsync);

    private static async Task<int> RunAsync(SchedulerOptions options, CommandIo io, CancellationToken cancellation)
    {
        using var http = Connect(authorities: null);
        using var peers = Connect(Authorities(options));
        var (framework, _) = SecretFiles.LoadFramework(options.FrameworkAuthenticationFile);
        ICheck[] checks =
        [
            new FileChecks(options), new AccessCheck(options), new ZooKeeperCheck(options, io.Time),
            new MesosCheck(options, http, SchedulerPlan.Basic(framework), io.Time), new ExecutorCheck(options, http, peers),
        ];
        // At the same time, and told in their order.
        var health = Health.Ok;
        foreach (var looking in checks.Select(c => LookAsync(c, io.Time, cancellation)).ToArray())
        {
            foreach (var finding in await looking)
            {
                health = finding.Health > health ? finding.Health : health;
                await io.Out.WriteAsync(Text(finding));
            }
        }
        return health == Health.Fail ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static HttpMessageInvoker Connect(X509Certificate2Collection? authorities) => new(new SocketsHttpHandler
    {
        UseProxy = false, AllowAutoRedirect = false, SslOptions = TlsFiles.ClientOptions(authorities),
    });

    /// <summary>That the file is wrong is <see cref="AccessCheck"/>'s to tell.</summary>
    private static X509Certificate2Collection? Authorities(SchedulerOptions options)
    {
        try
        {
            return options.TlsCa is { } file ? TlsFiles.LoadAuthorities(file) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static async Task<List<Finding>> LookAsync(ICheck check, TimeProvider time, CancellationToken cancellation)
    {
        using var enough = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellation);
        var findings = new List<Finding>();
        try
        {
            await foreach (var finding in check.LookAsync(either.Token))
                findings.Add(finding);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            findings.Add(Finding.Fail(check.Subject, $"has not answered all questions within {Patience.TotalSeconds:0} s", "see to it, then look again"));
        }
        return findings;
    }

    private static string Text(Finding finding) =>
        $"{finding.Health.ToString().ToLowerInvariant(),-5} {finding.Subject}: {Client.Table.Printable(finding.Text)}\n"
        + (finding.Mend is { } mend ? $"      mend: {Client.Table.Printable(mend)}\n" : "");
}
