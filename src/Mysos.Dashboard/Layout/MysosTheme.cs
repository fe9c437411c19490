using MudBlazor;

namespace Mysos.Dashboard.Layout;

/// <summary>Colours and type of MudBlazor's own parts; <c>css/base.css</c> has the rest.</summary>
internal static class MysosTheme
{
    private static readonly string[] s_font =
    [
        "system-ui", "-apple-system", "Segoe UI", "Roboto", "Ubuntu", "Cantarell", "Noto Sans", "Helvetica Neue",
        "Arial", "sans-serif",
    ];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#0b7285",
            Background = "#f5f7f8",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1c2427",
            TextPrimary = "#1c2427",
            TextSecondary = "#58666c",
            ActionDefault = "#58666c",
            LinesDefault = "#e0e5e8",
            LinesInputs = "#b8c2c7",
            TableLines = "#e9edef",
            Divider = "#e0e5e8",
            Success = "#2b7a3d",
            Info = "#1b6ec2",
            Warning = "#a65a00",
            Error = "#b3261e",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#4cc3d9",
            PrimaryContrastText = "#06222a",
            Background = "#12181b",
            Surface = "#1a2226",
            AppbarBackground = "#1a2226",
            AppbarText = "#e4eaec",
            TextPrimary = "#e4eaec",
            TextSecondary = "#9aa9b0",
            ActionDefault = "#9aa9b0",
            LinesDefault = "#2b363b",
            LinesInputs = "#47555c",
            TableLines = "#242e33",
            Divider = "#2b363b",
            Success = "#69c779",
            Info = "#74b4f2",
            Warning = "#f0b35a",
            Error = "#ff8a80",
            ErrorContrastText = "#2b0a07",
            DarkContrastText = "#e4eaec",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", AppbarHeight = "56px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = s_font, FontSize = ".875rem", LineHeight = "1.45" },
            H6 = new H6Typography { FontFamily = s_font, FontSize = "1.0625rem", FontWeight = "600" },
            Button = new ButtonTypography
            {
                FontFamily = s_font, FontSize = ".875rem", FontWeight = "600", TextTransform = "none", LetterSpacing = "0",
            },
        },
    };
}
