using MudBlazor;

namespace Mysos.Dashboard.Actions;

internal static class DialogSizes
{
    public static DialogOptions Narrow { get; } = new() { MaxWidth = MaxWidth.ExtraSmall, FullWidth = true };
}
