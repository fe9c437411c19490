namespace Mysos.Host.Access.Files;

/// <summary>Files that decide who may do what, or hold a key: nobody but their owner and group may read them, or their owner change them.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Forbidden =
        UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <exception cref="InvalidDataException">It cannot be read, or others may read or change it; the message says what to do.</exception>
    public static string ReadText(string path)
    {
        try
        {
            return (File.GetUnixFileMode(path) & Forbidden) == 0
                ? File.ReadAllText(path)
                : throw new InvalidDataException($"Others than its owner may change '{path}', or others than its group may read it; run: chmod 640 {path}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"Cannot read '{path}': {e.Message}", e);
        }
    }
}
