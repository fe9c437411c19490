using System.Threading.Channels;

namespace Mysos.Tests.ZooKeeper;

/// <summary>What an observable has told and nobody has asked for yet.</summary>
public sealed class Told<T> : IDisposable
{
    private readonly Channel<T> _told = Channel.CreateUnbounded<T>();
    private readonly IDisposable _subscription;

    public Told(IObservable<T> source) =>
        _subscription = source.Subscribe(value => _told.Writer.TryWrite(value), error => _told.Writer.TryComplete(error), () => _told.Writer.TryComplete());

    public int Count => _told.Reader.Count;

    /// <summary>The next, waiting for it up to a deadline.</summary>
    public async Task<T> NextAsync()
    {
        try
        {
            return await _told.Reader.ReadAsync(ZooKeeperFixture.Deadline());
        }
        catch (ChannelClosedException e) when (e.InnerException is { } error)
        {
            throw error;
        }
    }

    /// <summary>The next that fits; those before it are passed over.</summary>
    public async Task<T> NextAsync(Func<T, bool> fits)
    {
        while (true)
        {
            var next = await NextAsync();
            if (fits(next))
                return next;
        }
    }

    public void Dispose() => _subscription.Dispose();
}
