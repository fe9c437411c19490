namespace Mysos.Host.Local;

/// <summary>The executor program that agents on this machine can run as it lies.</summary>
internal static class LocalExecutor
{
    private const string Program = "mysos-executor";

    /// <summary><c>$MYSOS_EXECUTOR</c>, or where <c>make publish</c> and the image put it.</summary>
    /// <exception cref="FileNotFoundException">It is nowhere; says where was looked.</exception>
    public static string Find()
    {
        string[] places =
        [
            .. Environment.GetEnvironmentVariable("MYSOS_EXECUTOR") is { Length: > 0 } named ? [named] : Array.Empty<string>(),
            Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "executor", Program)),
            Path.Combine(AppContext.BaseDirectory, "executor", Program),
            Path.Combine(AppContext.BaseDirectory, Program),
        ];
        return places.FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"There is no {Program}; looked for {string.Join(", ", places)}. 'make publish' builds it, --executor_cmd names another.");
    }
}
