namespace Mysos.Tests.Dashboard;

/// <summary>Where each dialog of a cluster's page is opened: which cluster's, the button of the menu (empty: none), and what is chosen.</summary>
internal static class ClusterActions
{
    private const string NodeMenu = "Actions for node 3";

    /// <summary>The clusters are those of <see cref="Views.Fleet"/> and <see cref="Views.Paused"/>.</summary>
    public static readonly (string Cluster, string Menu, string Item)[] All =
    [
        ("orders", "", "Resize"), ("orders", "", "Back up"), ("orders", "", "Delete"),
        ("orders", "More", "Switch over"), ("orders", "More", "Restart nodes"), ("orders", "More", "Change elections"), ("orders", "More", "Pause"),
        ("orders", "More", "Change password"), ("orders", NodeMenu, "Make it the master"), ("orders", NodeMenu, "Change its promotion"),
        ("orders", NodeMenu, "Change its delay"), ("orders", NodeMenu, "Replace this node"), ("paused", "", "Resume"),
    ];
}
