using Microsoft.AspNetCore.Components;

namespace Mysos.Dashboard.Live;

/// <summary>
/// A component that shows the newest frame. It follows the session from its first rendering until it is disposed, and
/// while it is busy rendering it skips frames instead of queueing them.
/// </summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private IDisposable? _subscription;
    private DashboardFrame? _newest;
    private int _queued;
    private bool _disposed;

    [Inject] private IDashboardSession Session { get; set; } = null!;
    [Inject] private RenderTurns Turns { get; set; } = null!;

    /// <summary>What to render. Changes only on the renderer's own context.</summary>
    protected DashboardFrame Frame { get; private set; } = null!;

    /// <summary>Called after <see cref="Frame"/> was replaced, before it is rendered.</summary>
    protected virtual void OnFrame()
    {
    }

    /// <summary>Whether this frame shows anything else than the one before. Asked after <see cref="OnFrame"/>: a rendering in which nothing
    /// changes is a message to the browser nevertheless, and an answer.</summary>
    protected virtual bool Differs => true;

    protected override void OnInitialized()
    {
        Frame = Session.Current;
        OnFrame();
        _subscription = Session.Frames.Subscribe(Receive);
    }

    private void Receive(DashboardFrame frame)
    {
        Volatile.Write(ref _newest, frame);
        if (Interlocked.Exchange(ref _queued, 1) == 0)
        {
            Turns.Take(() => InvokeAsync(ShowNewest));
        }
    }

    private async Task ShowNewest()
    {
        Volatile.Write(ref _queued, 0);
        if (_disposed || Volatile.Read(ref _newest) is not { } frame)
        {
            return;
        }
        try
        {
            Frame = frame;
            OnFrame();
            if (Differs)
            {
                StateHasChanged();
            }
        }
#pragma warning disable CA1031 // Whatever a rendering throws belongs to the circuit, not to the stream of views.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await DispatchExceptionAsync(e);
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        _disposed = true;
        _subscription?.Dispose();
    }
}
