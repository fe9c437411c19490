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

    // One for each content of the form: pressing Create again after a lost answer must not say "exists".
    private string _idempotencyKey = NewKey();

    [Inject] private NavigationManager Navigation { get; set; } = null!;

    protected override string[] Fields => CreateForm.Fields;

    public static Task ShowAsync(IDialogService dialogs) =>
        dialogs.ShowAsync<CreateClusterDialog>((string?)null, DialogSizes.Form);

    private void Typed(string field, Action change)
    {
        change();
        _idempotencyKey = NewKey();
        Errors.Clear(field);
        if (_form.Check(field) is { } wrong)
        {
            Errors.Set(field, wrong);
        }
    }

    private async Task Create()
    {
        if (Busy)
        {
            return;
        }
        Errors.Clear();
        foreach (var field in Fields)
        {
            if (_form.Check(field) is { } wrong)
            {
                Errors.Set(field, wrong);
            }
        }
        if (Errors.Any)
        {
            _more |= _form.Check(CreateForm.PasswordField) is not null || _form.Check(CreateForm.BackupField) is not null;
            return;
        }
        _answer = await AskAsync(cancellation => Service.AskAsync(_form.ToRequest(_idempotencyKey), cancellation));
        _more |= Errors[CreateForm.PasswordField] is not null || Errors[CreateForm.BackupField] is not null;
        if (_answer is not null)
        {
            // From here a stray Escape would lose the password.
            await Dialog.SetOptionsAsync(Dialog.Options with { CloseOnEscapeKey = false });
        }
    }

    private void Open()
    {
        Dialog.Close();
        Navigation.NavigateTo($"ui/clusters/{_form.Name}");
    }

    private static string NewKey() => Guid.NewGuid().ToString("N");
}
