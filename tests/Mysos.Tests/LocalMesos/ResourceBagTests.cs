using Mysos.Core.Mesos;
using Mysos.LocalMesos.Resources;

namespace Mysos.Tests.LocalMesos;

public sealed class ResourceBagTests
{
    [Theory]
    [InlineData("ports:[1-10]", "ports:[3-4]", "ports:[1-2, 5-10]")]
    [InlineData("ports:[1-10]", "ports:[1-10]", "{}")]
    [InlineData("ports:[1-3,7-9]", "ports:[2-8]", "ports:[1-1, 9-9]")]
    [InlineData("cpus:4;mem:10", "cpus:0.1", "cpus:3.9; mem:10")]
    [InlineData("cpus:0.3", "cpus:0.1;cpus:0.2", "{}")]
    [InlineData("cpus:1", "mem:1", "cpus:1")]
    public void Minus_Amounts_LeavesTheRest(string from, string what, string expected) =>
        ResourceText.Of(Bag(from).Minus(Bag(what)), null).ShouldBe(expected);

    [Theory]
    [InlineData("ports:[1-2]", "ports:[3-4]", "ports:[1-4]")]
    [InlineData("cpus:0.1", "cpus:0.2", "cpus:0.3")]
    [InlineData("cpus:1", "mem:1", "cpus:1; mem:1")]
    public void Plus_Amounts_MergesEqualKinds(string one, string other, string expected) =>
        ResourceText.Of(Bag(one).Plus(Bag(other)), null).ShouldBe(expected);

    [Theory]
    [InlineData("cpus:1", "cpus:1", true)]
    [InlineData("cpus:1", "cpus:1.001", false)]
    [InlineData("ports:[1-10]", "ports:[2-3,5-6]", true)]
    [InlineData("ports:[1-3,5-10]", "ports:[3-5]", false)]
    [InlineData("cpus:1", "mem:1", false)]
    public void Contains_Amounts_ComparesEachKind(string one, string other, bool expected) =>
        Bag(one).Contains(Bag(other)).ShouldBe(expected);

    [Fact]
    public void Reservations_WithOtherLabels_NeverMix()
    {
        var bag = ResourceBag.Of([Reserved("c1"), Reserved("c2"), Reserved("c1"), Reserved(null)]);

        ResourceText.Of(bag, "mysos").ShouldBe(
            "cpus(allocated: mysos)(reservations: [(DYNAMIC,mysos,mysos,{cluster: c1})]):2; " +
            "cpus(allocated: mysos)(reservations: [(DYNAMIC,mysos,mysos,{cluster: c2})]):1; " +
            "cpus(allocated: mysos)(reservations: [(DYNAMIC,mysos,mysos)]):1");
    }

    [Fact]
    public void OldForm_OfAReservation_IsTheNewOne()
    {
        var old = new Resource
        {
            Name = "cpus", Type = Resource.ScalarType, Scalar = new Scalar(1), Role = "mysos", Reservation = new ReservationInfo { Principal = "mysos" },
        };

        ResourceBag.Of([Reserved(null)]).Contains(ResourceBag.Of([old])).ShouldBeTrue();
        ResourceDialect.For(ResourceBag.Of([old]).ToResources(), refined: false).Single().ShouldBe(old);
    }

    [Fact]
    public void Conversions_ReserveThenCreateThenBack_EndWhereTheyBegan()
    {
        var disk = Reserved("c1") with { Name = "disk", Scalar = new Scalar(100) };
        var volume = disk with
        {
            Disk = new DiskInfo { Persistence = new DiskPersistence("v", "mysos"), Volume = new Volume { ContainerPath = "data", Mode = "RW" } },
        };
        Operation[] there =
        [
            new() { Type = "RESERVE", Reserve = new Operation.ResourcesOperation([disk]) },
            new() { Type = "CREATE", Create = new Operation.VolumesOperation([volume]) },
        ];
        Operation[] back =
        [
            new() { Type = "DESTROY", Destroy = new Operation.VolumesOperation([volume]) },
            new() { Type = "UNRESERVE", Unreserve = new Operation.ResourcesOperation([disk]) },
        ];

        var bag = there.Aggregate(Bag("disk:300"), (current, operation) => Conversions.Of(operation)!.ApplyTo(current));

        ResourceText.Of(bag, null).ShouldBe("disk:200; disk(reservations: [(DYNAMIC,mysos,mysos,{cluster: c1})])[v:data]:100");
        ResourceText.Of(Conversions.Origin(bag), null).ShouldBe("disk:300");
        ResourceText.Of(back.Aggregate(bag, (current, operation) => Conversions.Of(operation)!.ApplyTo(current)), null).ShouldBe("disk:300");
    }

    [Theory]
    [InlineData("cpus")]
    [InlineData("cpus:x")]
    [InlineData("ports:[1-2")]
    [InlineData("ports:[2-1]")]
    [InlineData("")]
    public void Parse_Nonsense_SaysWhatWouldBeRight(string text) =>
        Should.Throw<FormatException>(() => ResourceString.Parse(text)).Message.ShouldContain("right would be");

    private static ResourceBag Bag(string text) => ResourceBag.Of(ResourceString.Parse(text));

    private static Resource Reserved(string? label) => new()
    {
        Name = "cpus", Type = Resource.ScalarType, Scalar = new Scalar(1),
        Reservations =
        [
            new ReservationInfo
            {
                Type = "DYNAMIC", Role = "mysos", Principal = "mysos", Labels = label is null ? null : new Labels([new Label("cluster", label)]),
            },
        ],
    };
}
