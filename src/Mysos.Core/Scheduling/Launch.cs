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

    public sealed record Prepared(Node Node, ImmutableArray<Operation> Operations);

    /// <summary>What the instance and its executor need together.</summary>
    public static IEnumerable<(string Name, double Amount)> Needs(Cluster cluster) =>
    [
        ("cpus", cluster.Size.Cpus + SchedulerSettings.ExecutorCpus),
        ("mem", cluster.Size.MemMb + SchedulerSettings.ExecutorMemMb),
        ("disk", cluster.Size.DiskMb),
    ];

    /// <summary>Why this offer of the volume's own agent cannot start the node; null when it can.</summary>
    public static string? LacksForVolume(Cluster cluster, NodeVolume volume, ResourcePool pool)
    {
        var owned = pool.OwnedBy(volume.Id).ToArray();
        foreach (var (name, amount) in Needs(cluster))
        {
            if (owned.Where(r => r.Name == name).Sum(r => r.Scalar?.Value ?? 0) + 0.0005 < amount)
                return $"the {name} reserved for the node are not in the offer";
        }
        return pool.HasPort ? null : "no ports";
    }

    public static Prepared Prepare(Turn turn, Cluster cluster, Node node, ResourcePool pool)
    {
        var settings = turn.Settings;
        var taskId = TaskNames.Next(cluster, node);
        var volume = node.Volume;
        var operations = ImmutableArray.CreateBuilder<Operation>();
        Resource[] resources;
        if (volume is not null)
        {
            resources = [.. pool.OwnedBy(volume.Id)];
            if (!resources.Any(r => r.Disk?.Persistence?.Id == volume.Id))
                resources = WithVolume(operations, resources, volume.Id, settings);
        }
        else
        {
            resources = [.. Needs(cluster).Select(n => pool.Take(n.Name, n.Amount, settings.Role))];
            if (settings.Volumes)
            {
                volume = new NodeVolume(TaskNames.Volume(cluster, node), pool.Offer.AgentId, pool.Offer.Hostname, Ready: false);
                resources = Reserve(turn, operations, resources, volume.Id);
                resources = WithVolume(operations, resources, volume.Id, settings);
            }
        }
        var (port, portResource) = pool.TakePort(Seed(taskId), settings.Role);
        var endpoint = new Endpoint(pool.Offer.Hostname, port);
        operations.Add(new Operation
        {
            Type = "LAUNCH",
            Launch = new Operation.LaunchOperation(
                [Task(turn, cluster, node, pool.Offer, taskId, [.. resources, portResource], endpoint, settings.Volumes)]),
        });
        var launched = node with
        {
            Attempts = node.Attempts + 1, Volume = volume,
            Task = new NodeTaskState { Id = taskId, Agent = pool.Offer.AgentId, Endpoint = endpoint },
        };
        return new Prepared(launched, operations.ToImmutable());
    }

    private static Resource[] Reserve(Turn turn, ImmutableArray<Operation>.Builder operations, Resource[] resources, string owner)
    {
        var reservation = new ReservationInfo
        {
            Type = "DYNAMIC", Role = turn.Settings.Role, Principal = turn.Settings.Principal,
            Labels = new Labels(
            [
                new Label(ResourcePool.FrameworkLabel, turn.State.Record.FrameworkId?.Value),
                new Label(ResourcePool.OwnerLabel, owner),
            ]),
        };
        Resource[] reserved = [.. resources.Select(r => r with { Reservations = [reservation] })];
        operations.Add(new Operation
        {
            Type = "RESERVE", Id = new OperationId("reserve." + owner), Reserve = new Operation.ResourcesOperation(reserved),
        });
        return reserved;
    }

    private static Resource[] WithVolume(
        ImmutableArray<Operation>.Builder operations, Resource[] reserved, string id, SchedulerSettings settings)
    {
        var disk = reserved.First(r => r.Name == "disk") with
        {
            Disk = new DiskInfo
            {
                Persistence = new DiskPersistence(id, settings.Principal),
                Volume = new Volume { ContainerPath = VolumePath, Mode = "RW" },
            },
        };
        operations.Add(new Operation
        {
            Type = "CREATE", Id = new OperationId("create." + id), Create = new Operation.VolumesOperation([disk]),
        });
        return [.. reserved.Where(r => r.Name != "disk"), disk];
    }

    private static TaskInfo Task(
        Turn turn, Cluster cluster, Node node, Offer offer, TaskId taskId, Resource[] resources, Endpoint endpoint, bool volumes)
    {
        var settings = turn.Settings;
        // One reservation holds both; the executor's part is split off it.
        Resource[] executor =
        [
            Part(resources, "cpus", SchedulerSettings.ExecutorCpus), Part(resources, "mem", SchedulerSettings.ExecutorMemMb),
        ];
        Resource[] task = [.. resources.Select(r => r.Name switch
        {
            "cpus" => r with { Scalar = new Scalar(Math.Round(r.Scalar!.Value - SchedulerSettings.ExecutorCpus, 3)) },
            "mem" => r with { Scalar = new Scalar(Math.Round(r.Scalar!.Value - SchedulerSettings.ExecutorMemMb, 3)) },
            _ => r,
        })];
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
            Executor = new ExecutorInfo
            {
                Type = "CUSTOM", ExecutorId = new ExecutorId(taskId.Value), FrameworkId = turn.State.Record.FrameworkId,
                Name = $"mysos executor of {cluster.Name}", Source = $"{settings.ExecutorSource}.{cluster.Name}.{node.Number}",
                Command = settings.ExecutorCommand, Resources = executor,
            },
        };
    }

    private static Resource Part(Resource[] resources, string name, double amount) =>
        resources.First(r => r.Name == name) with { Scalar = new Scalar(amount) };

    /// <summary>A stable spread of ports: the same task gets the same port, its next attempt another one.</summary>
    private static int Seed(TaskId task) => task.Value.Aggregate(17, (hash, c) => unchecked(hash * 31 + c)) & int.MaxValue;
}
