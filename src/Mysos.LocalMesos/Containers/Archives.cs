using System.Formats.Tar;
using System.IO.Compression;

namespace Mysos.LocalMesos.Containers;

/// <summary>Unpacks what a URI with <c>extract</c> brought.</summary>
internal static class Archives
{
    public static bool IsArchive(string name) =>
        HasEnd(name, ".tar") || HasEnd(name, ".tar.gz") || HasEnd(name, ".tgz") || HasEnd(name, ".zip");

    public static async Task ExtractAsync(string file, string name, string directory, CancellationToken cancellation)
    {
        var stream = File.OpenRead(file);
        await using (stream.ConfigureAwait(false))
        {
            if (HasEnd(name, ".zip"))
            {
                await ZipFile.ExtractToDirectoryAsync(stream, directory, overwriteFiles: true, cancellation).ConfigureAwait(false);
            }
            else if (HasEnd(name, ".tar"))
            {
                await TarFile.ExtractToDirectoryAsync(stream, directory, overwriteFiles: true, cancellation).ConfigureAwait(false);
            }
            else
            {
                var plain = new GZipStream(stream, CompressionMode.Decompress);
                await using (plain.ConfigureAwait(false))
                    await TarFile.ExtractToDirectoryAsync(plain, directory, overwriteFiles: true, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static bool HasEnd(string name, string end) => name.EndsWith(end, StringComparison.Ordinal);
}
