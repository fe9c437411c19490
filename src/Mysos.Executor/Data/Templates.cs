using System.Diagnostics;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Data;

/// <summary>
/// Empty data directories, one per version of mysqld, made once per host and user: copying one takes a twentieth of the time
/// of making it.
/// </summary>
internal sealed class Templates(CacheDirectory cache, TimeProvider time, Log log)
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(20);

    /// <summary>What a copy must not share with other copies.</summary>
    private static readonly string[] Unique = ["auto.cnf", "*.pem", "ib_buffer_pool", "*.err", "*.pid", "undo_*.trunc"];

    /// <summary>The template for this program. Safe to call from many processes at once.</summary>
    public async Task<string> GetAsync(ServerProgram server, CancellationToken cancellation)
    {
        var template = Path.Combine(cache.Root, $"{server.Flavor.Name}-{server.Version}-{server.Fingerprint}".ToLowerInvariant());
        if (Directory.Exists(template))
            return template;
        using var held = await LockAsync(template + ".lock", cancellation).ConfigureAwait(false);
        if (!Directory.Exists(template))
            await MakeAsync(server, template, cancellation).ConfigureAwait(false);
        return template;
    }

    private async Task MakeAsync(ServerProgram server, string template, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var making = template + ".making";
        var sparse = template + ".sparse";
        foreach (var leftover in (string[])[making, sparse])
        {
            if (Directory.Exists(leftover))
                Directory.Delete(leftover, recursive: true);
        }
        Directory.CreateDirectory(making, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(sparse, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (program, arguments) = server.Flavor.Initialize(server.Path, making, CacheDirectory.RunsAsRoot);
        try
        {
            await Programs.RunAsync(program, arguments, cancellation).ConfigureAwait(false);
        }
        catch (IOException e) when (File.Exists(making + ".err"))
        {
            throw new IOException($"{e.Message} {string.Join(" | ", File.ReadLines(making + ".err").TakeLast(8))}", e);
        }
        foreach (var file in Unique.SelectMany(pattern => Directory.EnumerateFiles(making, pattern)).ToArray())
            File.Delete(file);
        await Programs.CopyAsync(making, sparse, cancellation).ConfigureAwait(false);
        Directory.Move(sparse, template);
        Directory.Delete(making, recursive: true);
        log.Write($"Made the template {template} in {time.GetElapsedTime(started).TotalMilliseconds:F0} ms.");
    }

    /// <summary>The lock goes with the process that holds it.</summary>
    private async Task<FileStream> LockAsync(string path, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(LockPoll, time, cancellation).ConfigureAwait(false);
            }
        }
    }
}
