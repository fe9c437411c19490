using Microsoft.Playwright;
using Mysos.Core.Clusters;
using Mysos.Tests.Browser;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Dashboard;

/// <summary>The dashboard in Chromium, on a real server, fed through the interfaces that the host feeds it by.</summary>
public sealed class DashboardBrowserTests(BrowserFixture browser)
{
    [Theory]
    [InlineData("_framework/blazor.web.js")]
    [InlineData("_content/MudBlazor/MudBlazor.min.css")]
    [InlineData("_content/MudBlazor/MudBlazor.min.js")]
    [InlineData("_content/Mysos.Dashboard/mysos.css")]
    [InlineData("_content/Mysos.Dashboard/mysos.js")]
    [InlineData("_content/Mysos.Dashboard/favicon.svg")]
    public async Task Assets_AskedFor_AreServed(string path)
    {
        await using var host = await DashboardHost.StartAsync(SchedulerView.Empty);
        using var client = new HttpClient { BaseAddress = new Uri(host.Address) };

        using var response = await client.GetAsync(path);

        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        (await response.Content.ReadAsByteArrayAsync()).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task FleetPage_Opened_ShowsClustersWithoutComplaints()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet());
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;

        await page.GotoAsync("/");

        await Expect(page.GetByTestId("cluster-count")).ToHaveTextAsync("30");
        await Expect(page.Locator("tr[data-cluster=billing]")).ToContainTextAsync("Degraded");
        open.Complaints.ShouldBeEmpty();
        await open.PictureAsync("fleet-light");
    }
}
