using Microsoft.Extensions.Time.Testing;
using Mysos.Dashboard.Live;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class RenderTurnsTests
{
    private readonly FakeTimeProvider _time = new(Views.Now);
    private readonly RenderTurns _turns;
    private readonly List<TaskCompletionSource> _begun = [];

    public RenderTurnsTests() => _turns = new RenderTurns(_time);

    [Fact]
    public void Take_Free_RendersAtOnce()
    {
        Take();
        _begun.Count.ShouldBe(1);
    }

    [Fact]
    public void Take_More_WaitUntilOthersHaveRendered_WhateverCameOfThat()
    {
        for (var i = 0; i < RenderTurns.AtATime + 2; i++)
            Take();
        _begun.Count.ShouldBe(RenderTurns.AtATime);

        _begun[0].SetResult();
        Begun(RenderTurns.AtATime + 1);
        _begun[^1].SetException(new InvalidOperationException("broken"));
        Begun(RenderTurns.AtATime + 2);
    }

    [Fact]
    public void Take_OneThatThrows_KeepsNoTurn()
    {
        for (var i = 0; i < 2 * RenderTurns.AtATime; i++)
            _turns.Take(() => throw new InvalidOperationException("broken"));
        Take();
        _begun.Count.ShouldBe(1);
    }

    [Fact]
    public void Take_OneThatHangs_IsPassedAfterAMoment()
    {
        for (var i = 0; i < RenderTurns.AtATime + 1; i++)
            Take();
        _begun.Count.ShouldBe(RenderTurns.AtATime);
        _time.Advance(RenderTurns.Longest);
        Begun(RenderTurns.AtATime + 1);
    }

    private void Begun(int count) => SpinWait.SpinUntil(() => _begun.Count == count, TimeSpan.FromSeconds(30)).ShouldBeTrue();

    private void Take() => _turns.Take(() =>
    {
        var rendering = new TaskCompletionSource();
        _begun.Add(rendering);
        return rendering.Task;
    });
}
