using MySqlConnector;

namespace Mysos.Chaos.Faults;

/// <summary>What Mysos would never do, and the checker has to see; chosen only by these names.</summary>
internal static class Mistakes
{
    private static readonly Expectation Seen = new(Failover.MustNot, TimeSpan.FromSeconds(5));

    public static IEnumerable<Fault> All =>
    [
        new("mistake: an acknowledged row is deleted", 1, Seen, scene => ExecuteAsync(scene, scene.Master, "DELETE FROM chaos.t ORDER BY i LIMIT 1")),
        new("mistake: a slave has another row", 2, Seen,
            scene => ExecuteAsync(scene, scene.Replica, "SET SESSION sql_log_bin=0; SET GLOBAL read_only=0; UPDATE chaos.t SET v='another' ORDER BY i LIMIT 1")),
    ];

    private static async Task ExecuteAsync(Scene scene, int node, string sql)
    {
        await using var connection = await scene.Cluster.OpenAsync(scene.EndpointOf(node));
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
