using Mysos.Core.Mesos;

namespace Mysos.Tests.Scheduling;

/// <summary>The order in which calls about offers reach Mesos.</summary>
public sealed class OfferCallsTests : IDisposable
{
    private readonly OfferCalls _calls = new();
    private readonly List<string> _begun = [];

    public void Dispose() => _calls.Dispose();

    private (Task Done, TaskCompletionSource Answer) Call(string type, string name)
    {
        var answer = new TaskCompletionSource();
        return (_calls.RunAsync(type, () =>
        {
            lock (_begun)
                _begun.Add(name);
            return answer.Task;
        }), answer);
    }

    [Fact]
    public async Task Answers_GoSideBySide_AReviveBetweenThem()
    {
        var first = Call("ACCEPT", "a");
        var second = Call("DECLINE", "b");
        var revive = Call("REVIVE", "revive");
        var after = Call("DECLINE", "c");
        _begun.ShouldBe(["a", "b"]);
        first.Answer.SetResult();
        await first.Done;
        _begun.ShouldBe(["a", "b"]);
        second.Answer.SetResult();
        await second.Done;
        await Stack.Eventually.IsAsync(() => Task.FromResult(_begun.Contains("revive")), TimeSpan.FromSeconds(10), () => "the REVIVE");
        _begun.ShouldBe(["a", "b", "revive"]);
        revive.Answer.SetResult();
        after.Answer.SetResult();
        await after.Done;
        _begun.ShouldBe(["a", "b", "revive", "c"]);
    }

    [Fact]
    public async Task Answer_Fails_WhatFollowsGoesOut()
    {
        var first = Call("ACCEPT", "a");
        var revive = Call("SUPPRESS", "suppress");
        first.Answer.SetException(new IOException("cut"));
        await Should.ThrowAsync<IOException>(() => first.Done);
        revive.Answer.SetResult();
        await revive.Done;
        Call("KILL", "kill").Answer.SetResult();
        _begun.ShouldBe(["a", "suppress", "kill"]);
    }
}
