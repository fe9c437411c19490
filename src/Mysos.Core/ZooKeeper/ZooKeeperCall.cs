using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Mysos.Core.ZooKeeper;

/// <summary>
/// A call that the C client has not answered yet. The client is given its number only, so an answer that comes twice or
/// too late finds nothing instead of freed memory.
/// </summary>
internal abstract class ZooKeeperCall(ZooKeeperClient client, string action, string path)
{
    private static readonly ConcurrentDictionary<nint, ZooKeeperCall> Pending = new();
    private static long _last;

    internal string Path => path;

    internal nint Register()
    {
        var id = (nint)Interlocked.Increment(ref _last);
        Pending[id] = this;
        return id;
    }

    internal static ZooKeeperCall? Take(nint id) => Pending.TryRemove(id, out var call) ? call : null;

    /// <summary>Fails what the C client dropped when it was closed.</summary>
    internal static void FailAll(ZooKeeperClient client, int code)
    {
        foreach (var (id, call) in Pending)
        {
            if (call.BelongsTo(client))
                Take(id)?.Fail(code);
        }
    }

    internal void Fail(int code) => Fail(Error(code));

    internal abstract void Fail(Exception error);

    protected ZooKeeperException Error(int code, int failedOperation = -1) =>
        ZooKeeperErrors.Create(code, client.State, action, path, failedOperation);

    private bool BelongsTo(ZooKeeperClient other) => ReferenceEquals(client, other);
}

internal class ZooKeeperCall<T>(ZooKeeperClient client, string action, string path) : ZooKeeperCall(client, action, path)
{
    // The client's thread must not run what awaits the call.
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<T> Task => _result.Task;

    internal void Complete(T result) => _result.TrySetResult(result);

    internal override void Fail(Exception error) => _result.TrySetException(error);
}

/// <summary>Owns the results that the C client writes to until it has answered.</summary>
internal sealed unsafe class ZooKeeperTransaction(ZooKeeperClient client, IReadOnlyList<ZooKeeperOperation> operations)
    : ZooKeeperCall<bool>(client, "do the transaction on", operations[0].Path)
{
    internal ZooKeeperNative.OperationResult* Results { get; } =
        (ZooKeeperNative.OperationResult*)NativeMemory.AllocZeroed((nuint)operations.Count, (nuint)sizeof(ZooKeeperNative.OperationResult));

    internal void Answer(int code)
    {
        if (code != ZooKeeperNative.Ok)
        {
            Fail(FirstFailed() is var failed and >= 0 ? Explain(Results[failed].Error, failed) : Error(code));
            return;
        }
        NativeMemory.Free(Results);
        Complete(true);
    }

    /// <summary>Comes once, like any answer: whoever takes the call from the pending ones gives it.</summary>
    internal override void Fail(Exception error)
    {
        NativeMemory.Free(Results);
        base.Fail(error);
    }

    /// <summary>The server marks the operations after the failed one with RuntimeInconsistency, those before it as fine.</summary>
    private int FirstFailed()
    {
        for (var i = 0; i < operations.Count; i++)
        {
            if (Results[i].Error is not (ZooKeeperNative.Ok or ZooKeeperNative.RuntimeInconsistency) and > -120 and <= -100)
                return i;
        }
        return -1;
    }

    private ZooKeeperException Explain(int code, int failed)
    {
        var operation = operations[failed];
        var action = operation switch
        {
            ZooKeeperOperation.Create => "create",
            ZooKeeperOperation.Set => "set",
            ZooKeeperOperation.Delete => "delete",
            _ => "check",
        };
        return ZooKeeperErrors.Create(code, SessionState.Connected, $"{action} (operation {failed + 1} of {operations.Count}, nothing was done)",
            operation.Path, failed);
    }
}
