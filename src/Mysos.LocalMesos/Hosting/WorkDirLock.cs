namespace Mysos.LocalMesos.Hosting;

/// <summary>One cluster per work directory; the lock goes with the process that holds it, however that ends.</summary>
internal static class WorkDirLock
{
    /// <exception cref="IOException">Another cluster holds it.</exception>
    public static FileStream Take(string workDir)
    {
        var path = Path.Combine(workDir, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new IOException($"Another local Mesos uses '{workDir}' (it holds '{path}'); stop it, or give another work directory.", error);
        }
    }
}
