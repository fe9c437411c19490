namespace Mysos.Host.Scheduler;

/// <summary>The flags differ from what the framework was registered with, and Mesos does not change it.</summary>
internal sealed class FrameworkChangedException(string message) : InvalidOperationException(message);

/// <summary>
/// Why this scheduler must not go on: known only once it leads and has read the state. It ends, so that another one,
/// with the right flags, can lead.
/// </summary>
internal sealed class FatalError(IHostApplicationLifetime lifetime)
{
    private volatile Exception? _error;

    public void End(Exception error)
    {
        _error = error;
        lifetime.StopApplication();
    }

    public void ThrowIfAny()
    {
        if (_error is { } error)
            throw error;
    }
}
