using System.Net;
using Microsoft.Extensions.Logging;
using Mysos.Host.Access;
using Mysos.Host.Composition;
using Mysos.Tests.Api;

namespace Mysos.Tests.Access;

public sealed class NoticeTests
{
    [Theory]
    [InlineData("0.0.0.0", false, LogLevel.Warning, "whoever reaches 0.0.0.0 can create clusters")]
    [InlineData("127.0.0.1", false, LogLevel.Information, "only this machine reaches 127.0.0.1")]
    [InlineData("0.0.0.0", true, LogLevel.Warning, "Passwords and tokens cross the network in clear")]
    [InlineData("127.0.0.1", true, LogLevel.None, "")]
    public void Start_SaysWhoCanAct(string bind, bool login, LogLevel level, string text)
    {
        using var log = new LogLines();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));

        AccessNotices.Log(loggers, new MysosWebSettings { Bind = IPAddress.Parse(bind), Access = login ? People.Settings : new AccessSettings() });

        if (level == LogLevel.None)
            log.All.ShouldBeEmpty();
        else
            log.All.ShouldHaveSingleItem().ShouldSatisfyAllConditions(l => l.Level.ShouldBe(level), l => l.Text.ShouldContain(text));
    }
}
