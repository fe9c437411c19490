using Mysos.Core.Mesos;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Resources;

namespace Mysos.Tests.LocalMesos;

public sealed class AllocatorTests
{
    private static readonly AgentId Agent = new("a");
    private static readonly ResourceBag Free = Bag("cpus:4;mem:4096");

    [Fact]
    public void Allocate_OneFramework_GetsAllThatIsFree() =>
        Allocate(Framework("f")).ShouldBe(["f r cpus:4; mem:4096"]);

    [Fact]
    public void Allocate_Suppressed_GetsNothing() =>
        Allocate(Framework("f") with { Roles = [] }).ShouldBeEmpty();

    [Theory]
    [InlineData("cpus:4;mem:4096", false)]
    [InlineData("cpus:8;mem:8192", false)]
    [InlineData("cpus:3;mem:4096", true)]
    public void Allocate_Refused_OnlyWhenMoreThanWasRefused(string refused, bool offered) =>
        Allocate(Framework("f") with { Filters = [new OfferFilter(Agent, "r", Bag(refused), TimeSpan.MaxValue)] })
            .Any().ShouldBe(offered);

    [Fact]
    public void Allocate_TwoFrameworks_TheOneWithTheSmallerShareGetsIt() =>
        Allocate(Framework("a") with { Allocated = Has("r", "cpus:1") }, Framework("b")).ShouldBe(["b r cpus:4; mem:4096"]);

    [Fact]
    public void Allocate_TwoRoles_TheOneWithTheSmallerShareGetsIt() =>
        Allocate(Framework("a") with { Roles = ["q", "r"], Allocated = Has("q", "cpus:1") }).ShouldBe(["a r cpus:4; mem:4096"]);

    [Fact]
    public void Allocate_ReservedForOneRole_OnlyThatRoleAndThoseBelowSeeIt()
    {
        var agents = new[] { new Allocator.AgentView(Agent, Bag("cpus:1").Plus(ReservedFor("r")), Free) };

        Texts(Allocator.Allocate(agents, [Framework("f") with { Roles = ["other"] }])).ShouldBe(["f other cpus:1"]);
        Texts(Allocator.Allocate(agents, [Framework("f") with { Roles = ["r/x"] }])).ShouldBe(["f r/x cpus:1; cpus(reservations: [(DYNAMIC,r)]):2"]);
    }

    [Theory]
    [InlineData("cpus:0.01", true)]
    [InlineData("mem:32", true)]
    [InlineData("mem:31;disk:1000", false)]
    public void Allocate_Crumbs_AreNotOffered(string free, bool offered) =>
        Allocator.Allocate([new Allocator.AgentView(Agent, Bag(free), Free)], [Framework("f")]).Any().ShouldBe(offered);

    private static IEnumerable<string> Allocate(params Allocator.FrameworkView[] frameworks) =>
        Texts(Allocator.Allocate([new Allocator.AgentView(Agent, Free, Free)], frameworks));

    private static IEnumerable<string> Texts(IEnumerable<Allocator.Allocation> allocations) =>
        allocations.Select(each => $"{each.FrameworkId} {each.Role} {ResourceText.Of(each.Resources, null)}");

    private static Allocator.FrameworkView Framework(string id) => new(new FrameworkId(id), ["r"], [], new Dictionary<string, ResourceBag>());

    private static Dictionary<string, ResourceBag> Has(string role, string resources) => new() { [role] = Bag(resources) };

    private static ResourceBag Bag(string text) => ResourceBag.Of(ResourceString.Parse(text));

    private static ResourceBag ReservedFor(string role) => ResourceBag.Of([new Resource
    {
        Name = "cpus", Type = Resource.ScalarType, Scalar = new Scalar(2), Reservations = [new ReservationInfo { Type = "DYNAMIC", Role = role }],
    }]);
}
