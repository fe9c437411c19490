using System.Globalization;

namespace Mysos.Executor;

/// <summary>
/// Plain lines with the time (UTC) before them, to the sandbox's <c>stderr</c>. Nobody writes a secret to it. On a full disk lines are lost, and
/// nothing else comes of it.
/// </summary>
internal sealed class Log(TextWriter to, TimeProvider time)
{
    private readonly Lock _lock = new();

    public void Write(string line)
    {
        var at = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            try
            {
                to.Write($"{at} {line}\n");
                to.Flush();
            }
            catch (IOException)
            {
                // What fails because of the disk is told in the reports.
            }
        }
    }
}
