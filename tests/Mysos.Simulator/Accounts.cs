using Mysos.Core.Protocol;

namespace Mysos.Simulator;

internal static class Accounts
{
    public static Core.Protocol.Accounts Given { get; } = new()
    {
        Admin = new Account("mysos_admin", "a"), Replication = new Account("mysos_repl", "r"), Cluster = new Account("owner", "o"),
    };
}
