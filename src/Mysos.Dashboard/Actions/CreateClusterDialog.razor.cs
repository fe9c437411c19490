using Microsoft.AspNetCore.Components;
using MudBlazor;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.Actions;

/// <summary>Asks for a new cluster, then shows its password, which nobody can read again later.</summary>
public sealed partial class CreateClusterDialog
{
    private readonly CreateForm _form = new();
    private CreateAnswer? _answer;
    private bool _more;

    [Inject] private NavigationManager Navigation { get; set; } = null!;

    protected override string[] Fields => CreateForm.Fields;

    public static Task ShowAsync(IDialogService dialogs) =>
        dialogs.ShowAsync<CreateClusterDialog>((string?)null, DialogSizes.Form);

    protected override string? Check(string field) => _form.Check(field);

    protected override CreateRequest Compose() => _form.ToRequest();

    protected override void OnErrors() =>
        _more |= Errors[CreateForm.PasswordField] is not null || Errors[CreateForm.BackupField] is not null;

    protected override Task AcceptedAsync(CreateAnswer answer)
    {
        _answer = answer;
        return HoldOpenAsync();
    }

    private void Open()
    {
        Dialog.Close();
        Navigation.NavigateTo($"ui/clusters/{_form.Name}");
    }
}
