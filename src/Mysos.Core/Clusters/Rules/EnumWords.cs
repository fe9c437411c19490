namespace Mysos.Core.Clusters.Rules;

/// <summary>Values of an enumeration as users write them: in lower case.</summary>
public static class EnumWords
{
    public static string Of<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <param name="others">Further words that are right for this field.</param>
    /// <exception cref="RequestException">400: it is none of them.</exception>
    public static T Parse<T>(string field, string text, params string[] others)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == text)
                return value;
        }
        throw new RequestException(400, field, $"{field} is {ClusterRules.Shown(text)}; it must be one of {string.Join(", ", Enum.GetValues<T>().Select(Of).Concat(others))}.");
    }
}
