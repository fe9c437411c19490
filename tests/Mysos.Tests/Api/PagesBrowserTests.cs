using Mysos.Tests.Browser;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Api;

/// <summary>The pages in Chromium under the Content-Security-Policy that they are served with: what it forbids would be complained of.</summary>
public sealed class PagesBrowserTests(ApiHost host, BrowserFixture browser) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Docs_InABrowser_ShowTheApiWithoutTheInternet()
    {
        await using var open = await browser.OpenAsync($"http://127.0.0.1:{host.Port}");

        await open.Page.GotoAsync("/docs");

        await Expect(open.Page.GetByRole(Microsoft.Playwright.AriaRole.Heading, new() { Name = "Mysos", Exact = true }).First).ToBeVisibleAsync();
        await Expect(open.Page.GetByText("curl").First).ToBeVisibleAsync();
        await Expect(open.Page.GetByText("Creates a cluster").First).ToBeVisibleAsync();
        await open.PictureAsync("docs", fullPage: false);
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Dashboard_InABrowser_WorksUnderThePolicy()
    {
        await using var open = await browser.OpenAsync($"http://127.0.0.1:{host.Port}");

        await open.Page.GotoAsync("/");

        await Expect(open.Page.GetByTestId("cluster-count")).ToHaveTextAsync("1");
        await Expect(open.Page.GetByText("taken").First).ToBeVisibleAsync();
        open.Complaints.ShouldBeEmpty();
    }
}
