using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Mysos.Tests.Browser;

/// <summary>What must hold of every page.</summary>
internal static class PageChecks
{
    private static readonly string s_axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>The elements that make the page wider than the window.</summary>
    public static Task<string[]> TooWideAsync(IPage page) => page.EvaluateAsync<string[]>(
        """
        () => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("header *, main *")]
          .filter(e => e.getBoundingClientRect().right > innerWidth)
          .map(e => `${e.tagName}.${e.className}: ${Math.round(e.getBoundingClientRect().right)}`)
        """);

    /// <summary>What axe-core calls a serious or critical obstacle.</summary>
    /// <param name="part">The part of the page that is looked at.</param>
    public static async Task<string[]> ObstaclesAsync(IPage page, string part = "html")
    {
        // The package's own call reads its half megabyte of script into the page for each look.
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
            await page.EvaluateAsync(s_axe);
        return await page.EvaluateAsync<string[]>(
            """
            async part => (await axe.run(part, { resultTypes: ["violations"] })).violations
              .filter(v => ["serious", "critical"].includes(v.impact))
              .flatMap(v => v.nodes.map(n => `${v.id} (${v.impact}): ${v.help}: ${n.html} ${[...n.any, ...n.all].map(c => c.message).join("; ")}`))
            """, part);
    }
}
