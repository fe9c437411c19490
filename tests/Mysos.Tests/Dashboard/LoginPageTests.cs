using Bunit;
using Mysos.Dashboard.Access;

namespace Mysos.Tests.Dashboard;

/// <summary>The login page in each of its forms.</summary>
public sealed class LoginPageTests : BunitContext
{
    private IRenderedComponent<LoginPage> Page(bool passwords, string? provider, string? name = null, string? problem = null) => Render<LoginPage>(p => p
        .Add(x => x.Base, "/mysos/").Add(x => x.Back, "/ui/events?q=a&by=b").Add(x => x.Passwords, passwords).Add(x => x.Provider, provider)
        .Add(x => x.Name, name).Add(x => x.Problem, problem));

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "Keycloak")]
    [InlineData(true, "Keycloak")]
    public void Page_OffersWhatThereIs(bool passwords, string? provider)
    {
        var page = Page(passwords, provider);

        page.FindAll("form[method=post][action=login]").Count.ShouldBe(passwords ? 1 : 0);
        page.FindAll("a.ms-login-button").Select(a => $"{a.TextContent}: {a.GetAttribute("href")}").ShouldBe(
            provider is null ? Array.Empty<string>() : [$"Log in with {provider}: login/oidc?return=%2Fui%2Fevents%3Fq%3Da%26by%3Db"]);
        page.FindAll("[role=alert]").ShouldBeEmpty();
        page.Find("base").GetAttribute("href").ShouldBe("/mysos/");
    }

    [Theory]
    [InlineData(null, "name")]
    [InlineData("vera", "password")]
    public void Form_KeepsWhereToGo_AndBeginsWhereSomethingIsMissing(string? name, string begins)
    {
        var page = Page(true, null, name);

        page.Find("input[name=return]").GetAttribute("value").ShouldBe("/ui/events?q=a&by=b");
        page.Find("input[name=name]").GetAttribute("value").ShouldBe(name);
        page.FindAll("input[autofocus]").ShouldHaveSingleItem().GetAttribute("name").ShouldBe(begins);
        page.Find("input[name=password]").HasAttribute("value").ShouldBeFalse();
    }

    [Fact]
    public void Problem_IsAnAlert() =>
        Page(true, null, "vera", "This is not right.").Find("[role=alert]").TextContent.ShouldBe("This is not right.");

    [Fact]
    public void LoggedIn_GoesOnByItself_AndByALink()
    {
        var page = Render<LoggedInPage>(p => p.Add(x => x.Base, "/").Add(x => x.Next, "/ui/agents"));

        page.Find("meta[http-equiv=refresh]").GetAttribute("content").ShouldBe("0;url=/ui/agents");
        page.Find("main a").GetAttribute("href").ShouldBe("/ui/agents");
    }
}
