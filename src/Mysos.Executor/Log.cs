using System.Globalization;

namespace Mysos.Executor;

/// <summary>Plain lines with the time (UTC) before them, to the sandbox's <c>stderr</c>. Nobody writes a secret to it.</summary>
internal sealed class Log(TextWriter to, TimeProvider time)
{
    private readonly Lock _lock = new();

    public void Write(string line)
    {
        var at = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            to.Write(at);
            to.Write(' ');
            to.WriteLine(line);
            to.Flush();
        }
    }
}
