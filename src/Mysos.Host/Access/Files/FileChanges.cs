namespace Mysos.Host.Access.Files;

/// <summary>
/// Tells when a file has become another one. It looks every few seconds: notices of the kernel miss files that are swapped by a
/// link, or lie on another machine.
/// </summary>
internal sealed class FileChanges : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly string[] _paths;
    private readonly Action _changed;
    private readonly ITimer _timer;
    private (DateTime, long)[] _seen;

    /// <param name="changed">Called after the change, never twice at a time.</param>
    public FileChanges(IEnumerable<string> paths, Action changed, TimeProvider time)
    {
        _paths = [.. paths];
        _changed = changed;
        _seen = Look();
        _timer = time.CreateTimer(_ => Compare(), null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Compare()
    {
        lock (_paths)
        {
            var now = Look();
            if (now.SequenceEqual(_seen))
                return;
            _seen = now;
            _changed();
        }
    }

    private (DateTime, long)[] Look() => [.. _paths.Select(Look)];

    private static (DateTime, long) Look(string path)
    {
        try
        {
            // Of a link, what it leads to.
            var file = new FileInfo(path);
            var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return (target.LastWriteTimeUtc, target.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is not there, for a moment or for good; who reads it says so.
            return default;
        }
    }
}
