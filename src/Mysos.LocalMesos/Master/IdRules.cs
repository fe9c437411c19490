namespace Mysos.LocalMesos.Master;

/// <summary>Ids become names of directories: what Mesos allows in them.</summary>
internal static class IdRules
{
    private const int Longest = 255;

    /// <summary>Mesos' text for an id that is not allowed; null: allowed.</summary>
    public static string? Error(string id)
    {
        if (id.Length == 0)
            return "ID must not be empty";
        if (id.Length > Longest)
            return $"ID must not be greater than {Longest} characters";
        if (id is "." or "..")
            return $"'{id}' is disallowed";
        return id.Any(character => char.IsControl(character) || character is '/' or '\\')
            ? $"'{id}' contains invalid characters"
            : null;
    }
}
