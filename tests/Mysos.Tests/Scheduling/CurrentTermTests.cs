using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Tests.Api;

namespace Mysos.Tests.Scheduling;

public sealed class CurrentTermTests
{
    private readonly InMemoryClusters _here = new();
    private readonly InMemoryClusters _elsewhere = new();
    private readonly CurrentTerm _term;
    private bool _holds = true;

    public CurrentTermTests()
    {
        _term = new CurrentTerm(_elsewhere, service => service);
        _here.Put(InMemoryClusters.Cluster("mine"));
        _elsewhere.Put(InMemoryClusters.Cluster("theirs"));
    }

    [Fact]
    public async Task Ask_ThisOneLeads_AsksItsOwnService()
    {
        Open();
        _term.Leads.ShouldBeTrue();
        (await _term.AskAsync(new ResizeRequest { Name = "mine", Password = "secret", NumNodes = 3 }, CancellationToken.None)).NumNodes.ShouldBe(3);
        (await Should.ThrowAsync<RequestException>(() => _term.AskAsync(new DeleteRequest { Name = "theirs", Password = "secret" }, CancellationToken.None))).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Ask_AnotherLeads_AsksThere()
    {
        _term.Leads.ShouldBeFalse();
        (await _term.AskAsync(new BackupRequest { Name = "theirs", Password = "secret" }, CancellationToken.None)).BackupId.ShouldStartWith("theirs:");
        Open();
        _holds = false;
        _term.Leads.ShouldBeFalse();
        await _term.AskAsync(new DeleteRequest { Name = "theirs", Password = "secret" }, CancellationToken.None);
        _here.Current.Clusters.ShouldContainKey("mine");
        _holds = true;
        _term.Close();
        _term.Leads.ShouldBeFalse();
        await _term.AskAsync(new CreateRequest { Name = "there", User = "u" }, CancellationToken.None);
        _elsewhere.Current.Clusters.ShouldContainKey("there");
    }

    [Theory]
    [InlineData("mine")]
    [InlineData("unknown")]
    public async Task Ask_LeaseEndsMeanwhile_NeitherAnswerNorRefusalIsGiven(string name)
    {
        // Holds when it is asked before the request, and not any more after it.
        var asked = 0;
        _term.Open(_here, new Lease(1, () => asked++ == 0));
        var refused = await Should.ThrowAsync<RequestException>(() => _term.AskAsync(new DeleteRequest { Name = name, Password = "secret" }, CancellationToken.None));
        refused.Status.ShouldBe(503);
        refused.Message.ShouldContain("unknown");
    }

    private void Open() => _term.Open(_here, new Lease(1, () => _holds));
}
