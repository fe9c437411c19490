using System.Globalization;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.Presentation;

/// <summary>Commands to copy. None carries a password: <c>-p</c> makes the client ask.</summary>
public static class ConnectLines
{
    /// <summary><c>host:port</c>, or null as long as the node has none.</summary>
    public static string? Endpoint(NodeView? node) =>
        node is { Host: { } host, Port: { } port }
            ? string.Create(CultureInfo.InvariantCulture, $"{host}:{port}")
            : null;

    /// <summary>A line for the MySQL client, or null as long as the node has no endpoint.</summary>
    public static string? Mysql(NodeView? node, string user) =>
        node is { Host: { } host, Port: { } port }
            ? string.Create(CultureInfo.InvariantCulture, $"mysql -h {host} -P {port} -u {user} -p")
            : null;

    /// <summary>An URL for JDBC, which the client completes with the password; null as long as the node has no endpoint.</summary>
    public static string? Jdbc(NodeView? node, string user) =>
        Endpoint(node) is { } endpoint
            ? $"jdbc:{(node!.Server?.StartsWith("MariaDB", StringComparison.Ordinal) == true ? "mariadb" : "mysql")}://{endpoint}/?user={Uri.EscapeDataString(user)}"
            : null;

    /// <summary>A connection string for .NET (MySqlConnector, MySql.Data), which the client completes with the password; null as long as the node has no endpoint.</summary>
    public static string? DotNet(NodeView? node, string user) =>
        node is { Host: { } host, Port: { } port }
            ? string.Create(CultureInfo.InvariantCulture, $"Server={host};Port={port};User ID={user};Password=")
            : null;

    /// <summary>The call that creates a first cluster, for the address under which the reader sees this page.</summary>
    /// <param name="name">Who is logged in; null: no login is asked for. Those who have no password here need a token.</param>
    public static string Create(string baseUri, string? name) =>
        $"curl {Login(name)}-X POST {baseUri.TrimEnd('/')}/clusters/my_cluster \\\n" +
        "  --form \"cluster_user=me\" --form \"num_nodes=2\"";

    private static string Login(string? name) => name is null ? ""
        : name.Contains(' ', StringComparison.Ordinal) ? "-H \"Authorization: Bearer $MYSOS_TOKEN\" "
        : $"--user {name} ";
}
