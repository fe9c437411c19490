using System.Net;

namespace Mysos.Chaos.Stack;

/// <summary>
/// A bridge, and behind a cable each: hosts 1, 2, 3 … and the clients, each a network namespace of its own. ZooKeeper, the Mesos master
/// and the schedulers listen on the bridge. Made in a network namespace that has nothing else in it.
/// </summary>
internal sealed class Network
{
    public static IPAddress Center { get; } = IPAddress.Parse("10.77.0.1");

    /// <summary>Where frames go that are to go nowhere.</summary>
    private const string Nowhere = "02:00:00:00:00:ff";
    /// <summary>Else a bridge has the lowest address of its ports, and another one when that port is unplugged: all would lose the center for seconds.</summary>
    private const string OfBridge = "02:00:00:00:00:01";
    private const string Namespaces = "/run/netns";

    private readonly HashSet<string> _cuts = [];

    public static string Clients => $"{Namespaces}/clients";

    public static string NamespaceOf(int host) => $"{Namespaces}/host{host}";

    public static IPAddress AddressOf(int host) => IPAddress.Parse($"10.77.0.{10 + host}");

    public static async Task<Network> CreateAsync(int hosts)
    {
        // This mount namespace's own: what is made below it, names of networks too, is seen by nobody else, and gone at the end.
        await Shell.RunAsync("mount", ["-t", "tmpfs", "-o", "mode=0755", "run", "/run"]);
        await IpAsync($"""
            link set lo up
            link add br0 address {OfBridge} type bridge
            addr add {Center}/24 dev br0
            link set br0 up

            """);
        await JoinAsync("clients", IPAddress.Parse("10.77.0.2"));
        for (var host = 1; host <= hosts; host++)
            await JoinAsync($"host{host}", AddressOf(host));
        return new Network();
    }

    /// <summary>Pulls the host's cable out: nothing goes in or out, and nobody is told.</summary>
    public static Task UnplugAsync(int host) => IpAsync($"link set to-host{host} nomaster\n");

    public static Task PlugInAsync(int host) => IpAsync($"link set to-host{host} master br0\n");

    /// <summary>Frames between the two go nowhere; everything else goes on.</summary>
    /// <param name="a">A host.</param>
    /// <param name="b">Another one; 0: what listens on the bridge.</param>
    public Task CutAsync(int a, int b) => NeighboursAsync(a, b, cut: true);

    public Task MendAsync(int a, int b) => NeighboursAsync(a, b, cut: false);

    public async Task MendAllAsync(int hosts)
    {
        foreach (var cut in _cuts.ToArray())
            await MendAsync(int.Parse(cut.Split('-')[0]), int.Parse(cut.Split('-')[1]));
        for (var host = 1; host <= hosts; host++)
            await PlugInAsync(host);
    }

    private async Task NeighboursAsync(int a, int b, bool cut)
    {
        var name = $"{Math.Max(a, b)}-{Math.Min(a, b)}";
        if (cut ? !_cuts.Add(name) : !_cuts.Remove(name))
            return;
        foreach (var (from, to) in ((int, int)[])[(a, b), (b, a)])
        {
            var (address, device) = (to == 0 ? Center : AddressOf(to), from == 0 ? "br0" : "eth0");
            await IpAsync(
                cut ? $"neigh replace {address} lladdr {Nowhere} dev {device} nud permanent\n" : $"neigh del {address} dev {device}\n",
                from == 0 ? [] : ["-n", $"host{from}"]);
        }
    }

    private static async Task JoinAsync(string name, IPAddress address)
    {
        await IpAsync($"""
            netns add {name}
            link add to-{name} type veth peer name eth0 netns {name}
            link set to-{name} master br0 up

            """);
        await IpAsync($"""
            addr add {address}/24 dev eth0
            link set eth0 up
            link set lo up

            """, ["-n", name]);
    }

    private static Task<string> IpAsync(string commands, params string[] options) => Shell.RunAsync("ip", [.. options, "-batch", "-"], commands);
}
