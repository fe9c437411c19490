namespace Mysos.Core.ZooKeeper;

/// <summary>Rules for the paths of ZNodes, as ZooKeeper's own PathUtils has them.</summary>
public static class ZNodePath
{
    /// <summary>Why this is not an absolute path; null when it is one.</summary>
    public static string? Problem(string path)
    {
        if (path == "/")
            return null;
        if (!path.StartsWith('/'))
            return $"'{path}' does not start with '/'.";
        if (path.EndsWith('/'))
            return $"'{path}' ends with '/'.";
        foreach (var segment in path[1..].Split('/'))
        {
            if (segment.Length == 0)
                return $"'{path}' has an empty name in it.";
            if (segment is "." or "..")
                return $"'{path}' has '{segment}' in it.";
            if (segment.Any(c => c is < ' ' or (>= '\u007f' and <= '\u009f') or (>= '\ud800' and <= '\uf8ff') or >= '\ufff0'))
                return $"'{path}' has a character in it that ZooKeeper does not take.";
        }
        return null;
    }

    /// <summary>The path above; <c>/</c> for a node at the top.</summary>
    public static string Parent(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    /// <summary>The last name of the path.</summary>
    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
}
