using System.Net;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Scheduling;
using Mysos.Core.ZooKeeper;

namespace Mysos.Tests.Scheduling;

public sealed class LeaseTests
{
    [Fact]
    public async Task Handler_LeaseEndsByTheClock_NothingGoesOutAnyMore()
    {
        var clock = new FakeTimeProvider();
        var end = clock.GetUtcNow() + TimeSpan.FromSeconds(6);
        using var sent = new Sent();
        using var http = new HttpClient(new LeaseHandler(new Lease(1, () => clock.GetUtcNow() < end), sent));
        await http.PostAsync("http://mesos:5050/api/v1/scheduler", null);
        clock.Advance(TimeSpan.FromSeconds(6));

        (await Should.ThrowAsync<NotLeadingException>(() => http.PostAsync("http://mesos:5050/api/v1/scheduler", null)))
            .Message.ShouldContain("mesos:5050");
        sent.Count.ShouldBe(1);
    }

    private sealed class Sent : HttpMessageHandler
    {
        public int Count { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count++;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.Accepted));
        }
    }
}
