using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>What is made of each kind of resource that Mesos offers. A node needs cpus 1.1, mem 544, disk 2048 and a port.</summary>
public sealed class ResourceTests
{
    private static readonly Resource[] Rest = [OfferOf.Scalar("cpus", 8), OfferOf.Scalar("mem", 4096), OfferOf.Ports(31000, 31009)];

    private static AcceptOffer Accept(Offer offer, Func<SchedulerSettings, SchedulerSettings>? flags = null)
    {
        var mind = new Mind(flags);
        mind.Create("c", 1);
        return mind.Offer(offer).OfType<AcceptOffer>().Single();
    }

    private static string Refusal(Offer offer, Func<SchedulerSettings, SchedulerSettings>? flags = null)
    {
        var mind = new Mind(flags);
        mind.Create("c", 1);
        mind.Offer(offer).OfType<AcceptOffer>().ShouldBeEmpty();
        return mind.Refusals("c").Single().Key;
    }

    private static Resource[] Launched(AcceptOffer accept)
    {
        var task = accept.Operations.Single(o => o.Launch is not null).Launch!.TaskInfos.Single();
        return [.. task.Resources, .. task.Executor!.Resources!];
    }

    private static double Sum(IEnumerable<Resource> resources, string name, Func<Resource, bool>? which = null) =>
        Math.Round(resources.Where(r => r.Name == name && which?.Invoke(r) != false).Sum(r => r.Scalar!.Value), 3);

    private static bool IsStatic(Resource resource) => resource.Reservations is [{ Type: "STATIC" }];

    [Fact]
    public void Unreserved_AllIsReservedUnderTheNodesLabelAndTheVolumeMade()
    {
        var accept = Accept(OfferOf.Roomy("S1"));
        accept.Operations.Select(o => o.Type).ShouldBe(["RESERVE", "CREATE", "LAUNCH"]);
        var reserved = accept.Operations[0].Reserve!.Resources;
        Sum(reserved, "cpus").ShouldBe(1.1);
        Sum(reserved, "mem").ShouldBe(544);
        Sum(reserved, "disk").ShouldBe(2048);
        reserved.ShouldAllBe(r => r.Reservations!.Single().Labels!.Items.Count == 2 && r.AllocationInfo!.Role == "mysos");
        var used = Launched(accept);
        Sum(used, "cpus").ShouldBe(1.1);
        Sum(used, "mem").ShouldBe(544);
        used.Single(r => r.Name == "disk").Disk!.Persistence!.Id.ShouldEndWith(".F");
    }

    [Fact]
    public void Split_IntoManyPieces_TheyAreUsedTogether()
    {
        var used = Launched(Accept(OfferOf.Agent("S1", OfferOf.Scalar("cpus", 0.5), OfferOf.Scalar("cpus", 0.4), OfferOf.Scalar("cpus", 0.3),
            OfferOf.Scalar("mem", 300), OfferOf.Scalar("mem", 300), OfferOf.Scalar("disk", 4000), OfferOf.Ports(31000, 31000), OfferOf.Ports(31005, 31006))));
        Sum(used, "cpus").ShouldBe(1.1);
        Sum(used, "mem").ShouldBe(544);
    }

    [Fact]
    public void StaticallyReservedForOurRole_IsUsedFirstAndAsItIs()
    {
        var accept = Accept(OfferOf.Agent("S1", OfferOf.Scalar("cpus", 8), OfferOf.Scalar("cpus", 0.5, OfferOf.Static()), OfferOf.Scalar("mem", 4096),
            OfferOf.Scalar("mem", 4096, OfferOf.Static()), OfferOf.Scalar("disk", 9000), OfferOf.Scalar("disk", 9000, OfferOf.Static()),
            OfferOf.Ports(31000, 31009), OfferOf.Ports(32000, 32009, OfferOf.Static())));
        // Mesos refines a reservation only for a role below its own: what is reserved for ours gets no label.
        accept.Operations.Select(o => o.Type).ShouldBe(["RESERVE", "CREATE", "LAUNCH"]);
        var reserved = accept.Operations[0].Reserve!.Resources.Single();
        (reserved.Name, reserved.Scalar!.Value).ShouldBe(("cpus", 0.6));
        var used = Launched(accept);
        Sum(used, "cpus", IsStatic).ShouldBe(0.5);
        Sum(used, "cpus").ShouldBe(1.1);
        Sum(used, "mem", IsStatic).ShouldBe(544);
        Sum(used, "disk", IsStatic).ShouldBe(2048);
        IsStatic(used.Single(r => r.Name == "ports")).ShouldBeTrue();
    }

    [Fact]
    public void ReservedForARoleAboveOurs_TheReservationIsRefined()
    {
        var accept = Accept(
            OfferOf.Agent("S1", OfferOf.Scalar("cpus", 8, OfferOf.Dynamic("eng")), OfferOf.Scalar("mem", 4096, OfferOf.Static("eng")),
                OfferOf.Scalar("disk", 9000), OfferOf.Ports(31000, 31009)) with { AllocationInfo = new AllocationInfo("eng/mysos") },
            settings => settings with { Role = "eng/mysos" });
        var reserved = accept.Operations[0].Reserve!.Resources;
        reserved.Single(r => r.Name == "cpus").Reservations!.Select(r => r.Role).ShouldBe(["eng", "eng/mysos"]);
        reserved.Single(r => r.Name == "mem").Reservations!.Select(r => r.Type).ShouldBe(["STATIC", "DYNAMIC"]);
    }

    [Fact]
    public void ReservedForAnotherRole_IsNotTouchedAndCounted()
    {
        var mind = new Mind();
        mind.Create("c", 1);
        mind.Offer(OfferOf.Agent("S1", OfferOf.Scalar("cpus", 8, OfferOf.Static("web")), OfferOf.Scalar("mem", 4096, OfferOf.Static("web"))),
            OfferOf.Roomy("S2") with { AllocationInfo = new AllocationInfo("web") });
        mind.Refusals("c").ShouldHaveSingleItem().ShouldBe(new("not offered to the role mysos", 2));
        mind.State.Counters.OffersIncompatibleRole.ShouldBe(2);
        mind.State.Counters.OffersUnused.ShouldBe(2);
    }

    [Fact]
    public void MixedRolesInOneOffer_OurShareIsUsed()
    {
        var accept = Accept(OfferOf.Agent("S1", [.. Rest, OfferOf.Scalar("disk", 9000), OfferOf.Scalar("cpus", 8, OfferOf.Static("web"))]));
        Launched(accept).ShouldAllBe(r => r.Reservations == null || r.Reservations.Last().Role == "mysos");
    }

    [Fact]
    public void MountDisk_IsTakenWhole_TheSmallestThatFits()
    {
        var accept = Accept(OfferOf.Agent("S1", [.. Rest, OfferOf.Disk(9000, "MOUNT", "/big"), OfferOf.Disk(3000, "MOUNT", "/small"), OfferOf.Disk(1000, "MOUNT", "/tiny")]));
        var disk = Launched(accept).Single(r => r.Name == "disk");
        disk.Scalar!.Value.ShouldBe(3000);
        disk.Disk!.Source!.Mount!.Root.ShouldBe("/small");
        disk.Disk.Volume!.ContainerPath.ShouldBe("data");
        accept.Operations[1].Create!.Volumes.Single().ShouldBe(disk);
        accept.Operations[0].Reserve!.Resources.Single(r => r.Name == "disk").Disk!.Persistence.ShouldBeNull();
    }

    [Fact]
    public void PathDisk_IsDivided()
    {
        var disk = Launched(Accept(OfferOf.Agent("S1", [.. Rest, OfferOf.Disk(9000, "PATH", "/disk1"), OfferOf.Disk(9000, "MOUNT", "/disk2")]))).Single(r => r.Name == "disk");
        disk.Scalar!.Value.ShouldBe(2048);
        disk.Disk!.Source!.Path!.Root.ShouldBe("/disk1");
    }

    [Theory]
    [InlineData("BLOCK")]
    [InlineData("RAW")]
    public void DiskWithoutFiles_IsNotUsed(string type) =>
        Refusal(OfferOf.Agent("S1", [.. Rest, OfferOf.Disk(9000, type, "/d")])).ShouldBe("too little disk");

    [Fact]
    public void DiskOfAPlugin_IsNotUsed() =>
        Refusal(OfferOf.Agent("S1", [.. Rest, OfferOf.Disk(9000, "MOUNT", "/d") with { ProviderId = new ResourceProviderId("csi") }])).ShouldBe("too little disk");

    [Fact]
    public void DiskInPieces_ServesSandboxesButNoVolume()
    {
        Resource[] pieces = [.. Rest, OfferOf.Scalar("disk", 1500, OfferOf.Static()), OfferOf.Scalar("disk", 1500)];
        Refusal(OfferOf.Agent("S1", pieces)).ShouldBe("too little disk in one piece");
        var used = Launched(Accept(OfferOf.Agent("S1", pieces), settings => settings with { Volumes = false }));
        Sum(used, "disk").ShouldBe(2048);
        Sum(used, "disk", IsStatic).ShouldBe(1500);
    }

    [Fact]
    public void MountDisk_CannotHoldASandbox() =>
        Refusal(OfferOf.Agent("S1", [.. Rest, OfferOf.Disk(9000, "MOUNT", "/d")]), settings => settings with { Volumes = false }).ShouldBe("too little disk");

    [Theory]
    [InlineData("cpus")]
    [InlineData("mem")]
    [InlineData("disk")]
    public void TooLittle_IsSaidOfWhat(string name)
    {
        Resource[] all = [.. Rest, OfferOf.Scalar("disk", 2048)];
        Refusal(OfferOf.Agent("S1", [.. all.Select(r => r.Name == name ? r with { Scalar = new Scalar(1) } : r)])).ShouldBe("too little " + name);
    }

    [Fact]
    public void NoPorts_IsSaid() => Refusal(OfferOf.Agent("S1", [.. Rest[..2], OfferOf.Scalar("disk", 2048)])).ShouldBe("no ports");

    [Fact]
    public void OtherSchedulersNodes_AreLeftAlone()
    {
        var theirs = OfferOf.Dynamic("mysos", new Label("mysos_framework", "another"), new Label("mysos_node", "mysos-x.1.1.1.another"));
        var volume = OfferOf.Scalar("disk", 9000, OfferOf.Static()) with
        {
            Disk = new DiskInfo { Persistence = new DiskPersistence("mysos-x.1.1.1.another", "mysos"), Volume = new Volume { ContainerPath = "data", Mode = "RW" } },
        };
        Refusal(OfferOf.Agent("S1", [.. Rest, OfferOf.Scalar("disk", 9000, theirs), volume])).ShouldBe("too little disk");
    }

    [Fact]
    public void NodeOnStaticReservations_StartsAgainOnItsVolumeWithWhatIsFree()
    {
        var mind = new Mind();
        mind.Create("c", 1);
        var accept = mind.Offer(OfferOf.Agent("S1", OfferOf.Scalar("cpus", 2, OfferOf.Static()), OfferOf.Scalar("mem", 1000, OfferOf.Static()),
            OfferOf.Scalar("disk", 9000, OfferOf.Static()), OfferOf.Ports(31000, 31009))).OfType<AcceptOffer>().Single();
        accept.Operations.Select(o => o.Type).ShouldBe(["CREATE", "LAUNCH"]);
        var volume = accept.Operations[0].Create!.Volumes.Single();
        mind.Say("c", 1, TaskState.Running);
        mind.Say("c", 1, TaskState.Failed, "REASON_EXECUTOR_TERMINATED");

        var scarce = OfferOf.Agent("S1", OfferOf.Scalar("cpus", 1, OfferOf.Static()), OfferOf.Scalar("mem", 1000), volume, OfferOf.Ports(31000, 31009));
        mind.Offer(scarce).OfType<AcceptOffer>().ShouldBeEmpty();
        mind.Refusals("c").Keys.ShouldBe(["too little cpus"]);
        var again = mind.Offer(scarce with { Resources = [.. scarce.Resources, OfferOf.Scalar("cpus", 1)] }).OfType<AcceptOffer>().Single();
        again.Operations.Select(o => o.Type).ShouldBe(["LAUNCH"]);
        var used = Launched(again);
        used.ShouldContain(volume);
        Sum(used, "cpus").ShouldBe(1.1);
        Sum(used, "cpus", IsStatic).ShouldBe(1);
    }

    [Fact]
    public void NodeOnStaticReservations_IsDeleted_VolumeIsDestroyedAndTheReservationStays()
    {
        var mind = new Mind();
        mind.Create("c", 1);
        var volume = mind.Offer(OfferOf.Agent("S1", OfferOf.Scalar("cpus", 2, OfferOf.Static()), OfferOf.Scalar("mem", 1000, OfferOf.Static()),
            OfferOf.Scalar("disk", 9000, OfferOf.Static()), OfferOf.Ports(31000, 31009))).OfType<AcceptOffer>().Single().Operations[0].Create!.Volumes.Single();
        mind.Say("c", 1, TaskState.Running);
        mind.Happen(new DeleteRequested(9, "c", "0"));
        mind.Say("c", 1, TaskState.Killed);
        var release = mind.Offer(OfferOf.Agent("S1", volume, OfferOf.Scalar("cpus", 2, OfferOf.Static()))).OfType<AcceptOffer>().Single();
        release.Operations.Single().Destroy!.Volumes.Single().ShouldBe(volume);
    }

    [Fact]
    public void Offer_AsMesosWritesIt_KeepsDomainDisksAndReservationsOnTheWayBack()
    {
        const string json = """
            {"type":"OFFERS","offers":{"offers":[{"id":{"value":"O1"},"framework_id":{"value":"F"},"agent_id":{"value":"S1"},"hostname":"h",
            "domain":{"fault_domain":{"region":{"name":"eu"},"zone":{"name":"a"}}},"allocation_info":{"role":"mysos"},"resources":[
            {"name":"disk","type":"SCALAR","scalar":{"value":9000.0},"allocation_info":{"role":"mysos"},
             "disk":{"source":{"type":"MOUNT","mount":{"root":"/d"}}},"reservations":[{"type":"STATIC","role":"mysos"}]}]}]}}
            """;
        var offer = JsonSerializer.Deserialize(json, MesosJson.Default.SchedulerEvent)!.Offers!.Offers.Single();
        Agents.ZoneOf(offer, null).ShouldBe("eu/a");
        var mind = new Mind();
        mind.Create("c", 1);
        var accept = mind.Offer(offer with { Resources = [.. offer.Resources, .. Rest] }).OfType<AcceptOffer>().Single();
        JsonSerializer.Serialize(new SchedulerCall { Accept = new([offer.Id], accept.Operations) }, MesosJson.Default.SchedulerCall).ShouldContain(
            """{"name":"disk","type":"SCALAR","scalar":{"value":9000.0},"allocation_info":{"role":"mysos"},"reservations":[{"type":"STATIC","role":"mysos"}],"disk":{"persistence":{"id":"mysos-c.0.1.1.F","principal":"mysos"},"volume":{"container_path":"data","mode":"RW"},"source":{"type":"MOUNT","mount":{"root":"/d"}}}}""");
    }
}
