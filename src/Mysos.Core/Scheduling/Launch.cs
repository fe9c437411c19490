using System.Collections.Immutable;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;

namespace Mysos.Core.Scheduling;

/// <summary>A node and an offer become a task: on a new volume, on the node's own, or in the sandbox.</summary>
internal static class Launch
{
    private const string VolumePath = "data";
    private const double Epsilon = 0.0005;

    public sealed record Prepared(Node Node, ImmutableArray<Operation> Operations);

    /// <summary>What the instance and its executor need together.</summary>
    public static IEnumerable<(string Name, double Amount)> Needs(Cluster cluster) =>
    [
        ("cpus", Cpus(cluster)),
        ("mem", MemMb(cluster)),
        ("disk", cluster.Size.DiskMb),
    ];

    /// <summary>Why this offer of the volume's own agent cannot start the node; null when it can.</summary>
    public static string? LacksForVolume(Cluster cluster, NodeVolume volume, ResourcePool pool)
    {
        var owned = pool.OwnedBy(volume.Id).ToArray();
        if (Sum(owned, "disk") + Epsilon < cluster.Size.DiskMb)
            return "the node's volume is not in the offer";
        foreach (var (name, amount, reserved) in Shares(cluster, volume))
        {
            if (Sum(owned, name) + Epsilon < reserved)
                return $"the {name} reserved for the node are not in the offer";
            if (pool.Free(name) + Epsilon < amount - reserved)
                return $"too little {name}";
        }
        return pool.HasPort ? null : "no ports";
    }

    public static Prepared Prepare(Turn turn, Cluster cluster, Node node, ResourcePool pool, string? zone)
    {
        var settings = turn.Settings;
        var taskId = TaskNames.Next(cluster, node);
        var volume = node.Volume;
        var operations = ImmutableArray.CreateBuilder<Operation>();
        ImmutableArray<Resource> resources;
        if (volume is not null)
        {
            resources = [.. pool.OwnedBy(volume.Id),
                .. Shares(cluster, volume).SelectMany(share => pool.Take(share.Name, share.Amount - share.Reserved))];
            if (!resources.Any(r => r.Disk?.Persistence?.Id == volume.Id))
                resources = WithVolume(operations, resources, volume.Id, settings);
        }
        else if (settings.Volumes)
        {
            var owner = SchedulerRecord.OwnerOf(turn.State.Record);
            var id = TaskNames.Volume(cluster, node, owner);
            resources = Reserve(turn, operations, pool, owner, id,
                [.. pool.Take("cpus", Cpus(cluster)), .. pool.Take("mem", MemMb(cluster)), pool.TakeDisk(cluster.Size.DiskMb)]);
            volume = new NodeVolume(id, pool.Offer.AgentId, pool.Offer.Hostname, Ready: false)
            {
                ReservedCpus = Reserved(resources, "cpus"), ReservedMemMb = Reserved(resources, "mem"),
            };
            resources = WithVolume(operations, resources, id, settings);
        }
        else
        {
            resources = [.. Needs(cluster).SelectMany(need => pool.Take(need.Name, need.Amount))];
        }
        var (port, portResource) = pool.TakePort(Seed(taskId));
        var endpoint = new Endpoint(pool.Offer.Hostname, port);
        operations.Add(new Operation
        {
            Type = "LAUNCH",
            Launch = new Operation.LaunchOperation(
                [Task(turn, cluster, node, pool.Offer, taskId, resources.Add(portResource), endpoint, settings.Volumes)]),
        });
        var launched = node with
        {
            Attempts = node.Attempts + 1, Volume = volume, Zone = zone,
            Task = new NodeTaskState { Id = taskId, Agent = pool.Offer.AgentId, Endpoint = endpoint },
        };
        return new Prepared(launched, operations.ToImmutable());
    }

    /// <summary>What a node with a volume needs of cpus and mem, and how much of it is reserved for it.</summary>
    private static IEnumerable<(string Name, double Amount, double Reserved)> Shares(Cluster cluster, NodeVolume volume) =>
    [
        ("cpus", Cpus(cluster), volume.ReservedCpus ?? Cpus(cluster)), ("mem", MemMb(cluster), volume.ReservedMemMb ?? MemMb(cluster)),
    ];

    /// <summary>Puts the node's label on what can have one.</summary>
    private static ImmutableArray<Resource> Reserve(
        Turn turn, ImmutableArray<Operation>.Builder operations, ResourcePool pool, string? owner, string id, ImmutableArray<Resource> resources)
    {
        var reservation = new ReservationInfo
        {
            Type = "DYNAMIC", Role = turn.Settings.Role, Principal = turn.Settings.Principal,
            Labels = new Labels([new Label(ResourcePool.FrameworkLabel, owner), new Label(ResourcePool.OwnerLabel, id)]),
        };
        ImmutableArray<Resource> reserved =
            [.. resources.Where(pool.CanBeReserved).Select(r => r with { Reservations = [.. r.Reservations ?? [], reservation] })];
        if (!reserved.IsEmpty)
        {
            operations.Add(new Operation
            {
                Type = "RESERVE", Id = new OperationId(OperationUpdates.Reserve + id), Reserve = new Operation.ResourcesOperation(reserved),
            });
        }
        return [.. reserved, .. resources.Where(r => !pool.CanBeReserved(r))];
    }

    private static ImmutableArray<Resource> WithVolume(
        ImmutableArray<Operation>.Builder operations, ImmutableArray<Resource> resources, string id, SchedulerSettings settings)
    {
        var piece = resources.First(r => r.Name == "disk");
        var disk = piece with
        {
            Disk = new DiskInfo
            {
                Source = piece.Disk?.Source,
                Persistence = new DiskPersistence(id, settings.Principal),
                Volume = new Volume { ContainerPath = VolumePath, Mode = "RW" },
            },
        };
        operations.Add(new Operation
        {
            Type = "CREATE", Id = new OperationId(OperationUpdates.Create + id), Create = new Operation.VolumesOperation([disk]),
        });
        return resources.Replace(piece, disk);
    }

    private static double Cpus(Cluster cluster) => AgentResources.OfNode(cluster.Size).Cpus;

    private static double MemMb(Cluster cluster) => AgentResources.OfNode(cluster.Size).MemMb;

    private static double Sum(IEnumerable<Resource> resources, string name) =>
        resources.Where(r => r.Name == name).Sum(r => r.Scalar?.Value ?? 0);

    private static double Reserved(ImmutableArray<Resource> resources, string name) => Sum(resources.Where(ResourcePool.IsReservedForANode), name);

    private static TaskInfo Task(
        Turn turn, Cluster cluster, Node node, Offer offer, TaskId taskId, ImmutableArray<Resource> resources, Endpoint endpoint, bool volumes)
    {
        var settings = turn.Settings;
        // One reservation holds both; the executor's part is split off it.
        var (executorCpus, withoutCpus) = ResourcePool.Split(resources, "cpus", SchedulerSettings.ExecutorCpus);
        var (executorMem, task) = ResourcePool.Split(withoutCpus, "mem", SchedulerSettings.ExecutorMemMb);
        var data = new NodeTask
        {
            Cluster = cluster.Name, Node = node.Number, ServerId = node.ServerId, Host = endpoint.Host, Port = endpoint.Port,
            Size = cluster.Size, VolumePath = volumes ? VolumePath : null, BackupId = cluster.BackupId,
            BackupStore = settings.BackupStore, Rebuild = node.Rebuild,
        };
        return new TaskInfo
        {
            Name = $"mysos {cluster.Name} node {node.Number}",
            TaskId = taskId,
            AgentId = offer.AgentId,
            Resources = task,
            Data = JsonSerializer.SerializeToUtf8Bytes(data, ProtocolJson.Default.NodeTask),
            KillPolicy = KillPolicies.OfTask,
            Executor = new ExecutorInfo
            {
                Type = "CUSTOM", ExecutorId = new ExecutorId(taskId.Value), FrameworkId = turn.State.Record.FrameworkId,
                Name = $"mysos executor of {cluster.Name}", Source = $"{settings.ExecutorSource}.{cluster.Name}.{node.Number}",
                Command = settings.ExecutorCommand, Resources = [.. executorCpus, .. executorMem],
            },
        };
    }

    /// <summary>A stable spread of ports: the same task gets the same port, its next attempt another one.</summary>
    private static int Seed(TaskId task) => task.Value.Aggregate(17, (hash, c) => unchecked(hash * 31 + c)) & int.MaxValue;
}
