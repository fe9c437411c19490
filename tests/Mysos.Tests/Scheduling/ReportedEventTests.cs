namespace Mysos.Tests.Scheduling;

public sealed class ReportedEventTests
{
    [Fact]
    public void WhatWasKept_IsAnEventOnce_HoweverOftenItIsReportedAndToWhom()
    {
        var world = new World(agents: 3);
        world.Create("c", 3);
        world.Run(5);
        var node = world.NodeOf("c", 2);
        node.Report = node.Report with { Kept = "/volume/mysql.errant-1" };
        world.Run(2);
        world.Restart();
        world.Run(2);
        var kept = world.View("c").Events.Where(e => e.Kind == "transactions_kept").ShouldHaveSingleItem();
        kept.Text.ShouldBe($"Node 2: the binary logs with what its master lacked are kept on {node.Task.Host} in /volume/mysql.errant-1.");
    }
}
