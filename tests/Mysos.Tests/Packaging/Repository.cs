using System.Runtime.CompilerServices;

namespace Mysos.Tests.Packaging;

/// <summary>The files of this repository, for tests of what is not compiled.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../.."));

    private static string Here([CallerFilePath] string path = "") => path;
}
