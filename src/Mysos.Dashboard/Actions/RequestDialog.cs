using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;
using MudBlazor;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.Actions;

/// <summary>
/// A dialog that makes one request. It stays open, with the reason at its field, until the request is accepted.
/// </summary>
public abstract partial class RequestDialog : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _closed = new();

    [CascadingParameter] protected IMudDialogInstance Dialog { get; set; } = null!;

    [Inject] protected IClusterService Service { get; set; } = null!;
    [Inject] protected ISnackbar Snackbar { get; set; } = null!;
    [Inject] private ILoggerFactory Loggers { get; set; } = null!;

    protected FieldErrors Errors { get; } = new();

    /// <summary>A request is under way: buttons are off, so that nothing is asked twice.</summary>
    protected bool Busy { get; private set; }

    /// <summary>The names of the form's fields, as the API calls them.</summary>
    protected abstract string[] Fields { get; }

    /// <summary>Makes the request.</summary>
    /// <returns>Its answer; null when it was refused, and <see cref="Errors"/> say why.</returns>
    protected async Task<T?> AskAsync<T>(Func<CancellationToken, Task<T>> request)
        where T : class
    {
        if (Busy)
        {
            return null;
        }
        Errors.Clear();
        Busy = true;
        try
        {
            return await request(_closed.Token);
        }
        catch (RequestException e)
        {
            Errors.Apply(e, Fields);
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The reader has closed the dialog or the page.
        }
#pragma warning disable CA1031 // Whatever it was, the page lives on and says so.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(Loggers.CreateLogger<RequestDialog>(), e);
            Errors.SetGeneral("Mysos could not answer because of an error of its own. Its log has the details.");
        }
        finally
        {
            Busy = false;
        }
        return null;
    }

    protected void Cancel() => Dialog.Cancel();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _closed.Cancel();
            _closed.Dispose();
        }
    }

    [LoggerMessage(EventId = 5001, Level = LogLevel.Error, Message = "A request from the dashboard failed unexpectedly.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
