using Mysos.Core.Protocol;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Mysos.Host.Options;

/// <summary>A YAML file with a name and a secret.</summary>
internal static class CredentialFile
{
    /// <exception cref="InvalidDataException">The message says what is wrong with which file, and quotes nothing of it.</exception>
    public static Account Read(string path, string nameKey, string secretKey)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"Cannot read '{path}': {e.Message} It must be a YAML file with {nameKey} and {secretKey}.", e);
        }

        try
        {
            return Parse(text, nameKey, secretKey);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"'{path}' {e.Message}; it must look like '{nameKey}: …', and '{secretKey}: …' on another line.", e);
        }
    }

    private static Account Parse(string text, string nameKey, string secretKey)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            // Only the place: the parser's message may quote the secret.
            throw new FormatException($"is not YAML (line {e.Start.Line})");
        }

        if (yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is not YamlMappingNode map)
            throw new FormatException("is not a YAML dictionary");
        return new Account(Value(map, nameKey), Value(map, secretKey));
    }

    private static string Value(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(new YamlScalarNode(key), out var node) && node is YamlScalarNode { Value: { Length: > 0 } value }
            ? value.Any(char.IsControl) ? throw new FormatException($"has control characters in {key}") : value
            : throw new FormatException($"has no {key}");
}
