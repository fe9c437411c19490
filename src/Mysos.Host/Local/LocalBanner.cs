using System.Net;
using Mysos.Host.Options;

namespace Mysos.Host.Local;

/// <summary>Says what runs where, and what to try.</summary>
internal static class LocalBanner
{
    public static void Write(TextWriter to, SchedulerOptions options, LocalStack stack, int port)
    {
        var api = $"{options.Scheme}://{options.AdvertiseHost}:{port}";
        to.WriteLine($"""

            Mysos runs on this machine.
              dashboard, API   {api}/
              ZooKeeper        {stack.ZooKeeper}
              Mesos master     {stack.Mesos.MasterUrl}
            """);
        foreach (var agent in stack.Mesos.Agents)
            to.WriteLine($"  Mesos agent      {agent.Endpoint}   {agent.AgentId}");
        to.WriteLine($"""
              data             {options.WorkDir}
              login            {Login(options)}

            Try:
              curl {(options.AuthFile is null ? "" : "--user NAME ")}-X POST {api}/clusters/shop --form cluster_user=app --form num_nodes=3
            Ctrl-C ends all of it; the next start finds the clusters again.

            """);
        to.Flush();
    }

    private static string Login(SchedulerOptions options) => options.AuthFile is { } file ? $"by {file}"
        : IPAddress.IsLoopback(options.Bind) ? "none is asked for; only this machine reaches Mysos"
        : "none is asked for: whoever reaches this machine can act (--auth_file)";
}
