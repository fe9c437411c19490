using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Containers;

/// <summary>Creates sandboxes, links volumes into them, and deletes old ones. Volumes are deleted by DESTROY only.</summary>
internal sealed class Sandboxes(SandboxPaths paths)
{
    /// <summary>So many ended executors per agent keep theirs, for whoever wants to read their logs.</summary>
    public const int Kept = 10;

    public string Create(FrameworkId framework, ExecutorId executor, ContainerId container)
    {
        var sandbox = paths.Sandbox(framework, executor, container);
        Directory.CreateDirectory(sandbox);
        File.WriteAllBytes(Path.Combine(sandbox, "stdout"), []);
        File.WriteAllBytes(Path.Combine(sandbox, "stderr"), []);
        var latest = Path.Combine(Path.GetDirectoryName(sandbox)!, "latest");
        File.Delete(latest);
        File.CreateSymbolicLink(latest, sandbox);
        return sandbox;
    }

    /// <exception cref="IOException">A volume's directory is not there. An empty one in its place would look like lost data.</exception>
    public void Link(string sandbox, IReadOnlyList<Resource> volumes)
    {
        foreach (var volume in volumes)
        {
            if (volume.Disk is not { Persistence: { } persistence, Volume: { } mounted } || volume.Reservations is not [.., { Role: { } role }])
                continue;
            var link = Path.Combine(sandbox, mounted.ContainerPath);
            var target = paths.Volume(role, persistence.Id);
            if (!Directory.Exists(target))
                throw new IOException($"The persistent volume '{persistence.Id}' is missing: there is no directory '{target}'.");
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            if (new FileInfo(link).LinkTarget != target)
                File.CreateSymbolicLink(link, target);
        }
    }

    public void CreateVolume(string role, string id) => Directory.CreateDirectory(paths.Volume(role, id));

    /// <summary>The volume is gone when this returns; the returned work deletes its files.</summary>
    public Action DestroyVolume(string role, string id)
    {
        var volume = paths.Volume(role, id);
        if (!Directory.Exists(volume))
            return () => { };
        Directory.CreateDirectory(paths.Trash);
        var trash = Path.Combine(paths.Trash, Guid.NewGuid().ToString("N"));
        Directory.Move(volume, trash);
        return () => Delete(trash);
    }

    /// <summary>What a crash left half deleted.</summary>
    public void EmptyTrash() => Delete(paths.Trash);

    /// <summary>Deletes all but the newest sandboxes that do not belong to a living executor.</summary>
    public void Prune(IReadOnlySet<ContainerId> living)
    {
        var slave = Path.Combine(paths.WorkDirectory, "slaves", paths.AgentId.Value, "frameworks");
        if (!Directory.Exists(slave))
            return;
        var ended = Directory.EnumerateDirectories(slave)
            .Select(framework => Path.Combine(framework, "executors"))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .Select(executor => Path.Combine(executor, "runs"))
            .Where(Directory.Exists)
            .SelectMany(runs => new DirectoryInfo(runs).EnumerateDirectories())
            .Where(run => run.LinkTarget is null && !living.Contains(new ContainerId(run.Name)))
            .OrderByDescending(run => run.CreationTimeUtc)
            .Skip(Kept)
            .ToArray();
        foreach (var run in ended)
        {
            Delete(run.FullName);
            DeleteIfEmpty(run.Parent!);
        }
    }

    /// <summary>An executor's directory in which only the dangling link to the last run is left.</summary>
    private static void DeleteIfEmpty(DirectoryInfo runs)
    {
        if (runs.Exists && !runs.EnumerateDirectories().Any(run => run.LinkTarget is null))
            Delete(runs.Parent!.FullName);
    }

    private static void Delete(string directory)
    {
        try
        {
            // A link inside is removed, never followed: volumes stay.
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody is in it; the next time will do.
        }
    }
}
