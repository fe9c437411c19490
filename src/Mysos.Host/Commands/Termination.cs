using System.Runtime.InteropServices;

namespace Mysos.Host.Commands;

/// <summary>SIGINT and SIGTERM as a cancellation, for commands without a web side of their own.</summary>
internal sealed class Termination : IDisposable
{
    private readonly CancellationTokenSource _ending;
    private readonly PosixSignalRegistration[] _registrations;

    private Termination(CancellationToken outer)
    {
        _ending = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _registrations = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM)];
    }

    public CancellationToken Token => _ending.Token;

    public static Termination Watch(CancellationToken outer) => new(outer);

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _ending.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _ending.Cancel();
    });
}
