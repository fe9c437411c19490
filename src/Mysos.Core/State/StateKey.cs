using System.Text.RegularExpressions;

namespace Mysos.Core.State;

/// <summary>Names of documents: <c>scheduler</c>, <c>past</c>, <c>clusters/&lt;name&gt;</c>. Anything else might leave the store's directory.</summary>
internal static partial class StateKey
{
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,99}(/[A-Za-z0-9][A-Za-z0-9_.-]{0,99})?\z")]
    private static partial Regex Valid { get; }

    internal static void Check(string key)
    {
        if (!Valid.IsMatch(key))
            throw new ArgumentException($"'{key}' is not a key of a state document: it is name or group/name, of letters, digits, '_', '.' and '-'.", nameof(key));
    }
}
