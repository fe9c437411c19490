using Microsoft.AspNetCore.Components;
using MudBlazor;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.Actions;

/// <summary>A dialog that changes a cluster, and so asks for its password.</summary>
public abstract class ChangeDialog<TAnswer> : RequestDialog<TAnswer>
    where TAnswer : class
{
    protected const string PasswordField = CreateForm.PasswordField;

    /// <summary>The cluster as it was when the dialog was opened.</summary>
    [Parameter, EditorRequired] public required ClusterView Cluster { get; set; }

    protected string Password { get; set; } = "";

    protected override string[] Fields => [PasswordField];

    /// <summary>What is wrong with a field other than the password, or null.</summary>
    protected virtual string? CheckOther(string field) => null;

    // To ask without it would be counted as a guess.
    protected sealed override string? Check(string field) => field != PasswordField ? CheckOther(field)
        : Password.Length == 0 ? "The cluster's password is needed: it was shown when the cluster was created, or last given another."
        : null;

    /// <summary>Closes the dialog, and says that the change has been accepted.</summary>
    protected Task DoneAsync(string said)
    {
        Snackbar.Add(said, Severity.Success);
        Dialog.Close();
        return Task.CompletedTask;
    }
}

internal static class ChangeDialogs
{
    /// <summary>Opens a dialog for a cluster, with values for further parameters of it.</summary>
    public static Task OpenAsync<TDialog>(
        this IDialogService dialogs, ClusterView cluster, params ReadOnlySpan<(string Name, object? Value)> more)
        where TDialog : RequestDialog
    {
        var parameters = new DialogParameters { [nameof(ChangeDialog<object>.Cluster)] = cluster };
        foreach (var (name, value) in more)
        {
            parameters[name] = value;
        }
        return dialogs.ShowAsync<TDialog>((string?)null, parameters, DialogSizes.Narrow);
    }
}
