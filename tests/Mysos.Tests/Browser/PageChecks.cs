using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Mysos.Tests.Browser;

/// <summary>What must hold of every page.</summary>
internal static class PageChecks
{
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
        // The other mode opens a page of its own for each run; these pages have no frames, which it is for.
#pragma warning disable CS0618
        var found = await page.Locator(part).RunAxeLegacy(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
#pragma warning restore CS0618
        return
        [
            .. found.Violations.Where(v => v.Impact is "serious" or "critical")
                .SelectMany(v => v.Nodes, (v, n) => $"{v.Id} ({v.Impact}): {v.Help}: {n.Html} {string.Join("; ", n.Any.Concat(n.All).Select(c => c.Message))}"),
        ];
    }
}
