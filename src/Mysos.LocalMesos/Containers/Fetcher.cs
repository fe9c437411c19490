using System.Collections.Concurrent;
using System.Globalization;
using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Containers;

/// <summary>
/// Brings a command's URIs into the sandbox: <c>http</c>, <c>https</c>, <c>file</c> and absolute paths; archives are
/// unpacked unless <c>extract</c> is false, <c>executable</c> files get their bit. A URI with <c>cache</c> is fetched once
/// in the life of the agent process; the cache is emptied at its start, as Mesos' is.
/// </summary>
internal sealed class Fetcher : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly string _cache;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _cached = new();
    private int _files;

    public Fetcher(string cache)
    {
        _cache = cache;
        if (Directory.Exists(cache))
            Directory.Delete(cache, recursive: true);
        Directory.CreateDirectory(cache);
    }

    /// <exception cref="Exception">Any failure; the container is not started then.</exception>
    public async Task FetchAsync(IReadOnlyList<CommandUri> uris, string sandbox, CancellationToken cancellation)
    {
        foreach (var uri in uris)
            await FetchAsync(uri, sandbox, cancellation).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private async Task FetchAsync(CommandUri uri, string sandbox, CancellationToken cancellation)
    {
        var name = NameOf(uri);
        var target = Path.Combine(sandbox, name);
        if (Path.GetDirectoryName(target) is { } parent)
            Directory.CreateDirectory(parent);
        var extract = uri.Extract != false && uri.Executable != true && Archives.IsArchive(name);
        if (uri.Cache == true)
        {
            var cached = await CachedAsync(uri.Value).ConfigureAwait(false);
            if (extract)
            {
                await Archives.ExtractAsync(cached, name, sandbox, cancellation).ConfigureAwait(false);
                return;
            }
            File.Copy(cached, target, overwrite: true);
        }
        else
        {
            await BringAsync(uri.Value, target, cancellation).ConfigureAwait(false);
            if (extract)
                await Archives.ExtractAsync(target, name, sandbox, cancellation).ConfigureAwait(false);
        }
        if (uri.Executable == true && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(target, File.GetUnixFileMode(target)
                | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
    }

    private async Task<string> CachedAsync(string uri)
    {
        var fetch = _cached.GetOrAdd(uri, _ => new Lazy<Task<string>>(async () =>
        {
            var file = Path.Combine(_cache, Interlocked.Increment(ref _files).ToString(CultureInfo.InvariantCulture));
            await BringAsync(uri, file, CancellationToken.None).ConfigureAwait(false);
            return file;
        }));
        try
        {
            return await fetch.Value.ConfigureAwait(false);
        }
        catch
        {
            // The next one tries again.
            _cached.TryRemove(new KeyValuePair<string, Lazy<Task<string>>>(uri, fetch));
            throw;
        }
    }

    private async Task BringAsync(string uri, string target, CancellationToken cancellation)
    {
        if (LocalPath(uri) is { } path)
        {
            File.Copy(path, target, overwrite: true);
            return;
        }
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new NotSupportedException($"Cannot fetch '{uri}': neither http, https, file nor an absolute path.");
        using var response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        var file = File.Create(target);
        await using (file.ConfigureAwait(false))
            await response.Content.CopyToAsync(file, cancellation).ConfigureAwait(false);
    }

    private static string? LocalPath(string uri)
    {
        if (uri.StartsWith('/'))
            return uri;
        return uri.StartsWith("file://", StringComparison.Ordinal) ? new Uri(uri).LocalPath : null;
    }

    private static string NameOf(CommandUri uri)
    {
        if (uri.OutputFile is { Length: > 0 } file)
        {
            return Path.IsPathRooted(file) || file.Split('/').Contains("..")
                ? throw new NotSupportedException($"Cannot fetch '{uri.Value}' to '{file}': that is not in the sandbox.")
                : file;
        }
        var path = LocalPath(uri.Value)
            ?? (Uri.TryCreate(uri.Value, UriKind.Absolute, out var address) ? address.AbsolutePath : uri.Value);
        var name = Path.GetFileName(path);
        return name is "" or "." or ".."
            ? throw new NotSupportedException($"Cannot fetch '{uri.Value}': it names no file; give an output_file.")
            : Uri.UnescapeDataString(name).Replace('/', '_');
    }
}
