using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mysos.LocalMesos.Hosting;

/// <summary>A record in a file that is always either the old or the new one, never a half.</summary>
internal static class JsonFile
{
    /// <returns>Null: there is no such file.</returns>
    /// <exception cref="InvalidDataException">The file is not what was written to it.</exception>
    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException(
                $"'{path}' is damaged ({error.Message}). Restore it, or remove it to forget what it held.", error);
        }
    }

    public static void Write<T>(string path, T value, JsonTypeInfo<T> type)
    {
        var next = path + ".next";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(value, type));
        File.Move(next, path, overwrite: true);
    }
}
