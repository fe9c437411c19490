using Bunit;
using Microsoft.AspNetCore.Components;
using Mysos.Dashboard.Layout;

namespace Mysos.Tests.Dashboard;

/// <summary>What surrounds the pages, and the page that is none.</summary>
public sealed class LayoutTests : ComponentContext
{
    private sealed class Breaks : ComponentBase
    {
        public static bool Broken { get; set; }

        protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder)
        {
            if (Broken)
            {
                throw new InvalidOperationException("secret inside");
            }
            builder.AddMarkupContent(0, "<p id='page'>A page</p>");
        }
    }

    private IRenderedComponent<MainLayout> Layout(bool dark = false)
    {
        JSInterop.Setup<bool>("mysos.watchTheme", _ => true).SetResult(dark);
        return Render<MainLayout>(p => p.Add(x => x.Body, b =>
        {
            b.OpenComponent<Breaks>(0);
            b.CloseComponent();
        }));
    }

    [Fact]
    public void Page_ThatBreaks_SaysSoWithoutDetails_AndCanBeTriedAgain()
    {
        Breaks.Broken = true;
        var layout = Layout();
        var alert = layout.WaitForElement("main [role=alert]");
        alert.TextContent.ShouldContain("This page could not be shown");
        layout.Markup.ShouldNotContain("secret inside");
        layout.FindAll("header nav").ShouldHaveSingleItem();

        Breaks.Broken = false;
        alert.QuerySelector("button")!.Click();

        layout.WaitForElement("#page");
        layout.FindAll("main [role=alert]").ShouldBeEmpty();
    }

    [Fact]
    public void Page_AfterOneThatBroke_IsShown()
    {
        Breaks.Broken = true;
        var layout = Layout();
        layout.WaitForElement("main [role=alert]");
        Breaks.Broken = false;

        layout.Render(p => p.Add(x => x.Body, "<p id='next'>Another page</p>"));

        layout.WaitForElement("#next");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Colours_AreTheBrowsers_AndAreSwitched(bool dark)
    {
        Breaks.Broken = false;
        var switched = JSInterop.Setup<bool>("mysos.setTheme", !dark);
        switched.SetResult(!dark);
        var layout = Layout(dark);
        layout.WaitForElement("button[aria-label='Dark colours']").GetAttribute("aria-pressed").ShouldBe(dark ? "true" : "false");

        layout.Find("button[aria-label='Dark colours']").Click();

        switched.Invocations.ShouldHaveSingleItem();
        layout.WaitForAssertion(() => layout.Find("button[aria-label='Dark colours']").GetAttribute("aria-pressed").ShouldBe(dark ? "false" : "true"));
        layout.Find("button[aria-label='Dark colours']").GetAttribute("title").ShouldBe(dark ? "Switch to dark colours" : "Switch to light colours");
    }

    [Fact]
    public async Task Colours_ThatTheBrowserChanges_AreFollowed()
    {
        Breaks.Broken = false;
        var layout = Layout();
        layout.WaitForElement("button[aria-label='Dark colours']");

        await layout.Instance.ThemeChanged(true);

        layout.WaitForAssertion(() => layout.Find("button[aria-label='Dark colours']").GetAttribute("aria-pressed").ShouldBe("true"));
    }

    [Fact]
    public void NotFound_LeadsToEveryPage()
    {
        var page = Render<NotFoundPage>(p => p.Add(x => x.Rest, "elsewhere"));

        page.Find("h1").TextContent.ShouldBe("There is no such page");
        page.FindAll("a").Select(a => a.GetAttribute("href")).ShouldBe(["", "ui/agents", "ui/events"]);
    }
}
