using Microsoft.Playwright;
using Mysos.Tests.Api;
using Mysos.Tests.Browser;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Access;

/// <summary>The login as a person meets it, in Chromium, with the real web side.</summary>
public sealed class LoginBrowserTests(BrowserFixture browser)
{
    [Fact]
    public async Task LogIn_LookAround_BeTakenOutOfTheFile()
    {
        using var file = new AuthFile(People.Yaml);
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var certificates = new Certificates();
        await using var host = new ApiHost { Access = file.Settings, Time = time, Tls = certificates.Settings() };
        await host.InitializeAsync();
        await using var open = await browser.OpenAsync(host.Address.ToString());
        var page = open.Page;

        await page.GotoAsync("/ui/clusters/taken");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/login\\?return="));
        await page.GetByLabel("Name").FillAsync("vera");
        await page.GetByLabel("Password").FillAsync(People.Password);
        await open.PictureAsync("login");
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "taken" })).ToBeVisibleAsync();
        await Expect(page.Locator(".ms-user")).ToContainTextAsync("vera");
        await Expect(page.Locator(".ms-user")).ToContainTextAsync("viewer");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Delete" })).ToHaveAttributeAsync("aria-disabled", "true");
        await open.PictureAsync("viewer");
        // The policy of the page lets everything through that the page needs.
        open.Complaints.ShouldBeEmpty();

        // The live connection stays, the rights do not.
        file.Write(People.Yaml.Replace("vera", "zoe", StringComparison.Ordinal));
        time.Advance(Mysos.Host.Access.Files.FileChanges.Interval);
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/login\\?return=%2Fui%2Fclusters%2Ftaken"));

        await page.GetByLabel("Name").FillAsync("otto");
        await page.GetByLabel("Password").FillAsync(People.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Log in" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task LogIn_AtAProviderOnAnotherSite_LeadsBackToThePage()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var host = new ApiHost { Access = provider.Settings };
        await host.InitializeAsync();
        await using var open = await browser.OpenAsync(host.Address.ToString());

        await open.Page.GotoAsync("/ui/clusters/taken");
        await open.Page.GetByRole(AriaRole.Link, new() { Name = "Log in with localhost" }).ClickAsync();

        await Expect(open.Page.GetByRole(AriaRole.Heading, new() { Name = "taken" })).ToBeVisibleAsync();
        await Expect(open.Page.Locator(".ms-user")).ToContainTextAsync("dora (oidc)");
        open.Complaints.ShouldBeEmpty();
    }
}
