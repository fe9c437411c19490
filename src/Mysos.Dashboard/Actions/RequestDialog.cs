using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;
using MudBlazor;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Access;
using Mysos.Dashboard.Live;

namespace Mysos.Dashboard.Actions;

/// <summary>
/// A dialog that makes one request, and says before what it would do. It stays open, with the reason at its field, until
/// the request is accepted. <see cref="RequestFrame"/> is what all of them look like.
/// </summary>
public abstract partial class RequestDialog : ComponentBase, IDisposable
{
    private const string Changed = "The cluster has just changed, and nothing was done. Ask again what would happen.";

    private readonly CancellationTokenSource _closed = new();
    private int _edits;

    [CascadingParameter] protected IMudDialogInstance Dialog { get; set; } = null!;

    [Inject] protected IClusterService Service { get; set; } = null!;
    [Inject] private protected IDashboardUser User { get; set; } = null!;
    [Inject] private protected IDashboardSession Session { get; set; } = null!;
    [Inject] protected ISnackbar Snackbar { get; set; } = null!;
    [Inject] private ILoggerFactory Loggers { get; set; } = null!;

    internal FieldErrors Errors { get; } = new();

    /// <summary>What the dry run of exactly what is filled in has answered; empty before, and once a field has changed.</summary>
    internal ImmutableArray<string> Steps { get; private set; } = [];

    /// <summary>The version of the cluster that <see cref="Steps"/> were said of; the request is made for no other. Null: nobody has asked.</summary>
    private protected string? Previewed { get; private set; }

    /// <summary>Something is being asked; nothing else is until it is answered.</summary>
    internal bool Busy { get; private set; }

    /// <summary>It is the request itself that is being made.</summary>
    internal bool Sending { get; private protected set; }

    /// <summary>The names of the form's fields, as the API calls them.</summary>
    protected abstract string[] Fields { get; }

    /// <summary>What is wrong with a field by itself, or null.</summary>
    protected virtual string? Check(string field) => null;

    /// <summary>The request, once every field has passed its check.</summary>
    protected abstract ClusterRequest Compose();

    /// <summary>Called when there is something to read in <see cref="Errors"/>.</summary>
    protected virtual void OnErrors()
    {
    }

    /// <summary>Makes the request.</summary>
    internal abstract Task SendAsync();

    /// <summary>Asks what the request would do.</summary>
    internal async Task PreviewAsync()
    {
        if (Busy || !AllRight())
        {
            return;
        }
        var (request, edits) = (Compose(), _edits);
        var version = VersionOf(request);
        Previewed = null;
        var answer = await AskAsync(cancellation => Service.DryRunAsync(request with { By = User.Current, IfVersion = version }, cancellation));
        if (answer is not null && edits == _edits)
        {
            (Steps, Previewed) = (answer.Steps, version);
        }
    }

    /// <summary>A field has another content: what was said of the one before is true no more.</summary>
    internal void Edited(string field)
    {
        _edits++;
        (Steps, Previewed) = ([], null);
        Errors.ClearGeneral();
        Errors.Clear(field);
        Test(field);
        StateHasChanged();
    }

    internal void Cancel() => Dialog.Cancel();

    /// <summary>Checks every field, and says at each what is wrong with it.</summary>
    private protected bool AllRight()
    {
        Errors.Clear();
        foreach (var field in Fields)
        {
            Test(field);
        }
        if (Errors.Any)
        {
            OnErrors();
        }
        return !Errors.Any;
    }

    /// <returns>The answer; null when it was refused, and <see cref="Errors"/> say why.</returns>
    private protected async Task<T?> AskAsync<T>(Func<CancellationToken, Task<T>> request)
        where T : class
    {
        Steps = [];
        Busy = true;
        try
        {
            return await request(_closed.Token);
        }
        catch (RequestException e) when (e.Status == 412)
        {
            Errors.SetGeneral(Changed);
        }
        catch (RequestException e)
        {
            Errors.Apply(e, Fields);
            OnErrors();
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

    /// <summary>From here only a button closes the dialog: a stray click would lose what is shown once.</summary>
    private protected Task HoldOpenAsync()
    {
        // First, because the title is drawn by what the options belong to.
        StateHasChanged();
        return Dialog.SetOptionsAsync(Dialog.Options with { BackdropClick = false });
    }

    // One that is to be created has none yet, nor has one that an older scheduler tells of.
    private string? VersionOf(ClusterRequest request) =>
        request is not CreateRequest && Session.Current.View.Clusters.GetValueOrDefault(request.Name) is { Version.Length: > 0 } cluster ? cluster.Version : null;

    private void Test(string field)
    {
        if (Check(field) is { } wrong)
        {
            Errors.Set(field, wrong);
        }
    }

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

/// <summary>A dialog whose request has answers of one type.</summary>
public abstract class RequestDialog<TAnswer> : RequestDialog
    where TAnswer : class
{
    private string _key = "";

    /// <summary>What was sent last; that its answer has not come does not mean that it was not done.</summary>
    private protected ClusterRequest<TAnswer>? Sent { get; private set; }

    protected abstract override ClusterRequest<TAnswer> Compose();

    /// <summary>What only the doing asks for, not the dry run; says in <see cref="RequestDialog.Errors"/> what is missing.</summary>
    protected virtual bool Confirmed() => true;

    /// <summary>The request was accepted.</summary>
    protected abstract Task AcceptedAsync(TAnswer answer);

    internal sealed override async Task SendAsync()
    {
        if (Busy || !AllRight() || !Confirmed())
        {
            return;
        }
        var request = Compose();
        if (request != Sent)
        {
            // One key for each content of the form: pressed again after a lost answer, the button does nothing twice.
            (Sent, _key) = (request, Guid.NewGuid().ToString("N"));
        }
        Sending = true;
        var answer = await AskAsync(cancellation => Service.AskAsync(request with { IdempotencyKey = _key, By = User.Current, IfVersion = Previewed }, cancellation));
        Sending = false;
        if (answer is not null)
        {
            await AcceptedAsync(answer);
        }
    }
}
