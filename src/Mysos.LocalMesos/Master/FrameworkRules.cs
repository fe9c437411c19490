using System.Globalization;
using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Master;

/// <summary>Mistakes in a FrameworkInfo. They come as an ERROR event on a stream that is then closed, not as an HTTP status.</summary>
internal static class FrameworkRules
{
    /// <summary>The longest time that Mesos' 64 bits of nanoseconds hold.</summary>
    private const double LongestSeconds = long.MaxValue / 1e9;

    public static string? Error(FrameworkInfo info)
    {
        if (info.Id is { } id && IdRules.Error(id.Value) is { } wrongId)
            return wrongId;
        if (RolesError(info) is { } wrongRoles)
            return wrongRoles;
        if (info.FailoverTimeout is { } timeout && (double.IsNaN(timeout) || timeout < 0 || timeout > LongestSeconds))
            return $"The framework failover_timeout ({timeout.ToString("g6", CultureInfo.InvariantCulture)}) is invalid";
        return null;
    }

    private static string? RolesError(FrameworkInfo info)
    {
        if (!info.Has("MULTI_ROLE"))
        {
            if (info.Roles is { Count: > 0 })
                return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
            return info.Role is { } role && RoleError(role) is { } wrong ? $"'FrameworkInfo.role' is not a valid role: {wrong}" : null;
        }
        if (info.Role is not null)
            return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
        var roles = info.Roles ?? [];
        var duplicates = roles.GroupBy(role => role).Where(group => group.Count() > 1).Select(group => group.Key).ToArray();
        if (duplicates.Length > 0)
            return $"'FrameworkInfo.roles' contains duplicate items: {{ {string.Join(", ", duplicates)} }}";
        return roles.Select(RoleError).FirstOrDefault(error => error is not null) is { } invalid
            ? $"'FrameworkInfo.roles' contains invalid role: {invalid}"
            : null;
    }

    private static string? RoleError(string role)
    {
        if (role == "*")
            return null;
        if (role.Length == 0)
            return "Empty role name is invalid";
        if (role.StartsWith('/'))
            return $"Role '{role}' cannot start with a slash";
        if (role.EndsWith('/'))
            return $"Role '{role}' cannot end with a slash";
        if (role.Contains("//", StringComparison.Ordinal))
            return $"Role '{role}' cannot contain two adjacent slashes";
        foreach (var part in role.Split('/'))
        {
            if (part is "." or ".." or "*")
                return $"Role '{role}' cannot include '{part}' as a component";
            if (part.StartsWith('-'))
                return $"Role component '{part}' is invalid because it begins with a dash";
            if (part.Any(character => character is <= ' ' or '\u007f' or '\\'))
                return $"Role component '{part}' is invalid because it contains backspace or whitespace";
        }
        return null;
    }
}
