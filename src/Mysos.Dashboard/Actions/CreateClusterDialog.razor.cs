using Microsoft.AspNetCore.Components;
using MudBlazor;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.Actions;

/// <summary>Asks for a new cluster, then shows its password, which nobody can read again later.</summary>
public sealed partial class CreateClusterDialog
{
    private CreateAnswer? _answer;
    private bool _more;

    /// <summary>What is filled in at first.</summary>
    [Parameter, EditorRequired] public required CreateForm Form { get; set; }

    [Inject] private NavigationManager Navigation { get; set; } = null!;

    protected override string[] Fields => CreateForm.Fields;

    /// <summary>The name is taken; not by the cluster that this dialog may have created itself, whose answer has got lost.</summary>
    private bool Taken => Session.Current.View.Clusters.ContainsKey(Form.Name) && Sent?.Name != Form.Name;

    public static Task ShowAsync(IDialogService dialogs) => ShowAsync(dialogs, new CreateForm());

    /// <summary>Opens the dialog with what a form has.</summary>
    public static Task ShowAsync(IDialogService dialogs, CreateForm form) => dialogs.ShowAsync<CreateClusterDialog>(
        (string?)null, new DialogParameters { [nameof(Form)] = form }, DialogSizes.Form);

    protected override void OnInitialized() => _more = Form.BackupId.Length > 0;

    protected override string? Check(string field) => Form.Check(field)
        ?? (field == CreateForm.NameField && Taken ? $"Cluster '{Form.Name}' exists already; choose another name." : null);

    protected override CreateRequest Compose() => Form.ToRequest();

    protected override void OnErrors() =>
        _more |= CreateForm.OptionalFields.Any(f => Errors[f] is not null);

    protected override Task AcceptedAsync(CreateAnswer answer)
    {
        _answer = answer;
        return HoldOpenAsync();
    }

    private void Open()
    {
        Dialog.Close();
        Navigation.NavigateTo($"ui/clusters/{Form.Name}");
    }
}
