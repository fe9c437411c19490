using System.Collections.Immutable;
using System.Text;
using Mysos.Core.Discovery;
using Mysos.Core.Protocol;
using Mysos.Core.ZooKeeper;
using Shouldly;
using Xunit;
using static Mysos.Core.ZooKeeper.ZooKeeperOperation;

namespace Mysos.Tests.Discovery;

public sealed class ServerSetDiffTests
{
    private const string Path = "/d/c";

    private static readonly ServerSetMember M1 = new(1, new Endpoint("h1", 3306));
    private static readonly ServerSetMember M2 = new(2, new Endpoint("h2", 3306));

    [Fact]
    public void Of_Endpoint_IsTheDocumentedJson() => Encoding.UTF8.GetString(ServiceInstance.Of(new Endpoint("h1.example", 31000)))
        .ShouldBe("""{"serviceEndpoint":{"host":"h1.example","port":31000},"additionalEndpoints":{},"status":"ALIVE"}""");

    [Fact]
    public void Between_NothingThere_MakesGroupsAndMembers() => Describe(Announced.Nothing, new(M1, [M2])).ShouldBe([
        "create /d/c", "create /d/c/master", "create /d/c/slaves",
        "create /d/c/master/member_0000000001", "create /d/c/slaves/member_0000000002"]);

    [Fact]
    public void Between_Same_IsNothing() => Describe(After(new(M1, [M2])), new(M1, [M2])).ShouldBeEmpty();

    [Fact]
    public void Between_SlavePromoted_MovesItWithItsName() => Describe(After(new(M1, [M2])), new(M2, [])).ShouldBe([
        "delete /d/c/master/member_0000000001 0", "delete /d/c/slaves/member_0000000002 0", "create /d/c/master/member_0000000002"]);

    [Fact]
    public void Between_Switchover_SwapsBoth() => Describe(After(new(M1, [M2])), new(M2, [M1])).ShouldBe([
        "delete /d/c/master/member_0000000001 0", "delete /d/c/slaves/member_0000000002 0",
        "create /d/c/master/member_0000000002", "create /d/c/slaves/member_0000000001"]);

    [Fact]
    public void Between_OneGoes_ChecksTheOther() => Describe(After(new(M1, [M2])), new(null, [M2])).ShouldBe([
        "check /d/c/slaves/member_0000000002 0", "delete /d/c/master/member_0000000001 0"]);

    [Fact]
    public void Between_EndpointChanged_SetsIt()
    {
        var moved = M1 with { Endpoint = new Endpoint("h1", 3307) };
        var change = ServerSetDiff.Between(After(new(M1, [])), new(moved, []), Path);
        change.Operations.Select(Text).ShouldBe(["set /d/c/master/member_0000000001 0"]);
        change.After.Members[Path + "/master/member_0000000001"].Version.ShouldBe(1);
        Describe(change.After, new(moved, [])).ShouldBeEmpty();
    }

    [Fact]
    public void Between_StrangeNodes_AreRemoved()
    {
        var now = After(new(M1, []));
        now = now with { Members = now.Members.Add(Path + "/slaves/what", new ZNode([], 7)) };
        Describe(now, new(M1, [])).ShouldBe(["check /d/c/master/member_0000000001 0", "delete /d/c/slaves/what 7"]);
    }

    [Fact]
    public void Between_SameNumberTwice_IsRefused() =>
        Should.Throw<ArgumentException>(() => Describe(Announced.Nothing, new(M1, [M1 with { Endpoint = M2.Endpoint }])))
            .Message.ShouldContain("member_0000000001");

    /// <summary>From every arrangement of three members to every other: applied, the operations give what is wanted.</summary>
    [Fact]
    public void Between_AnyTwoArrangements_LeadsFromOneToTheOther()
    {
        ServerSetMember[] members = [M1, M2, new(3, new Endpoint("h3", 1))];
        var arrangements = (from master in members.Append(null)
                            from mask in Enumerable.Range(0, 8)
                            let slaves = members.Where((m, i) => (mask >> i & 1) == 1 && m != master)
                            select new ServerSet(master, [.. slaves])).Distinct().ToList();
        foreach (var from in arrangements)
        {
            foreach (var to in arrangements)
            {
                var now = After(from);
                var change = ServerSetDiff.Between(now, to, Path);
                Apply(now, change.Operations).ShouldBe(Names(change.After), ignoreOrder: true);
                Names(change.After).ShouldBe(Names(After(to)), ignoreOrder: true);
            }
        }
    }

    private static Announced After(ServerSet wanted) => ServerSetDiff.Between(Announced.Nothing, wanted, Path).After;

    private static List<string> Names(Announced announced) =>
        [.. announced.Members.Select(m => $"{m.Key} {Encoding.UTF8.GetString(m.Value.Data)}")];

    private static List<string> Apply(Announced now, ImmutableArray<ZooKeeperOperation> operations)
    {
        var nodes = now.Members.ToDictionary(m => m.Key, m => m.Value);
        foreach (var operation in operations)
        {
            switch (operation)
            {
                case Create create:
                    nodes.Add(create.Path, new ZNode(create.Data.ToArray(), 0));
                    break;
                case Delete delete:
                    nodes.Remove(delete.Path).ShouldBeTrue();
                    break;
                case Check check:
                    nodes.ShouldContainKey(check.Path);
                    break;
                default:
                    throw new InvalidOperationException($"{operation}");
            }
        }
        return [.. nodes.Select(m => $"{m.Key} {Encoding.UTF8.GetString(m.Value.Data)}")];
    }

    private static IEnumerable<string> Describe(Announced now, ServerSet wanted) => ServerSetDiff.Between(now, wanted, Path).Operations.Select(Text);

    private static string Text(ZooKeeperOperation operation) => operation switch
    {
        Create create => $"create {create.Path}",
        Set set => $"set {set.Path} {set.Version}",
        Delete delete => $"delete {delete.Path} {delete.Version}",
        Check check => $"check {check.Path} {check.Version}",
        _ => $"{operation}",
    };
}
