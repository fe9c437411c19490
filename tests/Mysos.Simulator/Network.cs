using Mysos.Core.Protocol;
using Mysos.Simulator.MySql;

namespace Mysos.Simulator;

/// <summary>Who reaches whom.</summary>
internal sealed class Network
{
    private readonly HashSet<(string, string)> _cut = [];
    private readonly Dictionary<(string, string), TimeSpan> _slow = [];
    private readonly Dictionary<Endpoint, Server> _servers = [];

    /// <summary>A message that can be lost, doubled or late: of each, how probable.</summary>
    public double Loss { get; set; }
    public double Doubling { get; set; }
    public double Lateness { get; set; }

    public bool IsWhole => _cut.Count == 0 && Loss == 0 && Lateness == 0;

    public IEnumerable<Server> Servers => _servers.Values;

    public bool Reaches(string from, string to) => from == to || !_cut.Contains(Pair(from, to));

    public void Cut(string one, string other) => _cut.Add(Pair(one, other));

    public void Mend(string one, string other) => _cut.Remove(Pair(one, other));

    /// <summary>What goes this way takes so much longer.</summary>
    public void Slow(string one, string other, TimeSpan by) => _slow[Pair(one, other)] = by;

    public TimeSpan Delay(string one, string other) => _slow.Count == 0 ? TimeSpan.Zero : _slow.GetValueOrDefault(Pair(one, other));

    public void MendAll()
    {
        _slow.Clear();
        _cut.Clear();
        (Loss, Doubling, Lateness) = (0, 0, 0);
    }

    public void Listen(Server server) => _servers[server.Endpoint] = server;

    public void Leave(Server server)
    {
        if (_servers.GetValueOrDefault(server.Endpoint) == server)
            _servers.Remove(server.Endpoint);
    }

    /// <summary>The server there, as seen from a host; null when nothing answers.</summary>
    public Server? At(Endpoint endpoint, string from) =>
        Reaches(from, endpoint.Host) ? _servers.GetValueOrDefault(endpoint) : null;

    private static (string, string) Pair(string one, string other) =>
        string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
}
