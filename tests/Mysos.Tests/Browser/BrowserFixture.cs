using Microsoft.Playwright;
using Mysos.Tests.Browser;
using Xunit;

[assembly: AssemblyFixture(typeof(BrowserFixture))]

namespace Mysos.Tests.Browser;

/// <summary>
/// One Chromium for the whole test run, started by the first test that wants it. It installs nothing: it drives the
/// system's <c>/usr/bin/chromium-headless-shell</c>, or what <c>MYSOS_TEST_CHROMIUM</c> names.
/// </summary>
public sealed class BrowserFixture : IAsyncDisposable
{
    private static readonly string[] s_arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    ];

    // A machine that builds at the same time is slow; a page that is right answers sooner anyway.
    private const int PatienceMilliseconds = 30_000;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static string Executable { get; } =
        Environment.GetEnvironmentVariable("MYSOS_TEST_CHROMIUM") is { Length: > 0 } path ? path : "/usr/bin/chromium-headless-shell";

    /// <summary>A page in a context of its own: nothing of another test's cookies, storage or colours.</summary>
    public async Task<BrowserPage> OpenAsync(
        string address, int width = 1440, int height = 900, ColorScheme colors = ColorScheme.Light)
    {
        var browser = await BrowserAsync();
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = colors,
            ReducedMotion = ReducedMotion.Reduce,
            // Certificates of tests come from CAs of tests.
            IgnoreHTTPSErrors = true,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(PatienceMilliseconds);
        return new BrowserPage(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }
        _playwright?.Dispose();
        _gate.Dispose();
    }

    private async Task<IBrowser> BrowserAsync()
    {
        await _gate.WaitAsync();
        try
        {
            Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(
                new BrowserTypeLaunchOptions { ExecutablePath = Executable, Args = s_arguments, Headless = true });
        }
        finally
        {
            _gate.Release();
        }
    }
}

/// <summary>A page, and what its browser complained about.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    internal BrowserPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                Complain(message.Text);
            }
        };
        page.PageError += (_, error) => Complain(error);
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
            {
                Complain($"{response.Status} {response.Url}");
            }
        };
        page.Request += (_, request) =>
        {
            if (!new Uri(request.Url).IsLoopback && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                Complain($"asks outside for {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Script errors, failed requests, and requests to anywhere but this machine.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
            {
                return [.. _complaints];
            }
        }
    }

    /// <summary>Saves a picture to the folder that <c>MYSOS_TEST_SCREENSHOTS</c> names; does nothing without it.</summary>
    public async Task PictureAsync(string name, bool fullPage = true)
    {
        if (Environment.GetEnvironmentVariable("MYSOS_TEST_SCREENSHOTS") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            await Page.ScreenshotAsync(new PageScreenshotOptions
            {
                Path = Path.Combine(folder, name + ".png"),
                FullPage = fullPage,
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Where a test has failed otherwise, they may be why.
        foreach (var complaint in Complaints)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"The browser complained: {complaint}");
        }
        await _context.DisposeAsync();
    }

    private void Complain(string text)
    {
        lock (_complaints)
        {
            _complaints.Add(text);
        }
    }
}
