using Mysos.LocalMesos.Http;

namespace Mysos.LocalMesos.Hosting;

/// <summary>The open streams of schedulers and executors by their ids. What goes to one that is not open is lost, as on the wire.</summary>
internal sealed class StreamTable
{
    private readonly Dictionary<string, RecordStream> _streams = [];

    public RecordStream? Find(string id) => _streams.GetValueOrDefault(id);

    public void Add(RecordStream stream) => _streams.Add(stream.Id, stream);

    public void Remove(string id) => _streams.Remove(id);

    public void Send(string id, byte[] record) => Find(id)?.Send(record);

    /// <summary>Ends a stream regularly; it stays open until its reader has noticed.</summary>
    public void Complete(string id) => Find(id)?.Complete();

    /// <summary>Breaks the streams off, as the death of the process does that they come from.</summary>
    public void Cut(Func<string, bool> which)
    {
        foreach (var stream in _streams.Values.Where(stream => which(stream.Id)).ToArray())
        {
            _streams.Remove(stream.Id);
            stream.Cut();
        }
    }
}
