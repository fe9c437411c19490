using MudBlazor;

namespace Mysos.Dashboard.Actions;

/// <summary>How wide dialogs are, and what closes them. Escape is the browser's part (mysos.js): it presses Cancel.</summary>
internal static class DialogSizes
{
    public static DialogOptions Narrow { get; } =
        new() { MaxWidth = MaxWidth.ExtraSmall, FullWidth = true };

    /// <summary>Wider; only its buttons and Escape close it, so that a stray click loses nothing that was typed.</summary>
    public static DialogOptions Form { get; } = new()
    {
        MaxWidth = MaxWidth.Small, FullWidth = true, BackdropClick = false,
    };
}
