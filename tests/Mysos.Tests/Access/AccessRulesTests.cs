using Mysos.Core.Access;
using Mysos.Core.Clusters;
using Mysos.Core.Security;
using Mysos.Host.Access;

namespace Mysos.Tests.Access;

public sealed class AccessRulesTests
{
    private static List<ClusterRequest> EveryRequest() =>
    [
        .. typeof(ClusterRequest).Assembly.GetTypes()
            .Where(t => t is { IsAbstract: false } && t.IsAssignableTo(typeof(ClusterRequest)))
            .Select(t => (ClusterRequest)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(t)),
    ];

    [Fact]
    public void EveryRequest_HasWordsOfItsOwnInTheAuditLog() =>
        EveryRequest().ShouldAllBe(r => !AuditLog.What(r, false).Contains(r.GetType().Name, StringComparison.Ordinal));

    [Fact]
    public void EveryRequest_NeedsARoleThatChanges()
    {
        var requests = EveryRequest();

        requests.ShouldNotBeEmpty();
        requests.ShouldAllBe(r => AccessRules.WhyNot(Role.Viewer, AccessRules.Needed(r)) != null);
        requests.Where(r => AccessRules.WhyNot(Role.Operator, AccessRules.Needed(r)) is not null).Select(r => r.GetType())
            .ShouldBe([typeof(DeleteRequest), typeof(ReplaceRequest)], ignoreOrder: true);
        requests.ShouldAllBe(r => AccessRules.WhyNot(Role.Admin, AccessRules.Needed(r)) == null);
    }

    [Fact]
    public void Keys_Derived_AreTheSameFromTheSameKeyAndPurpose_AndNoOthers()
    {
        var bytes = new byte[SchedulerKey.Size];
        using var key = new SchedulerKey(bytes);
        using var same = new SchedulerKey(bytes);
        bytes[0] = 1;
        using var other = new SchedulerKey(bytes);

        key.Derive("a", 32).ShouldBe(same.Derive("a", 32));
        key.Derive("a", 32).ShouldNotBe(key.Derive("b", 32));
        key.Derive("a", 32).ShouldNotBe(other.Derive("a", 32));
        key.Derive("a", 64).Length.ShouldBe(64);
    }
}
