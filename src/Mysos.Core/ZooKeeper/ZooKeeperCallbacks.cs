using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mysos.Core.ZooKeeper;

/// <summary>
/// What the C client calls, on its own threads. Each copies what it is given and hands it on; none runs anybody's code.
/// </summary>
internal static unsafe class ZooKeeperCallbacks
{
    private static readonly ConcurrentDictionary<nint, ZooKeeperClient> Clients = new();
    private static long _last;

    internal static nint Register(ZooKeeperClient client)
    {
        var id = (nint)Interlocked.Increment(ref _last);
        Clients[id] = client;
        return id;
    }

    internal static void Unregister(nint id) => Clients.TryRemove(id, out _);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Session(nint handle, int type, int state, byte* path, nint context)
    {
        if (type == ZooKeeperNative.SessionEvent && Clients.TryGetValue(context, out var client))
            client.OnSession(state, state == ZooKeeperNative.ConnectedState ? ZooKeeperNative.zoo_recv_timeout(handle) : 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Watch(nint handle, int type, int state, byte* path, nint context)
    {
        // Session events come to every watch too; the client hears them as such.
        if (type != ZooKeeperNative.SessionEvent && Clients.TryGetValue(context, out var client))
            client.OnWatch(Text(path));
    }

    /// <summary>Without a function of ours the client writes to stderr. What it has to tell comes as states and errors too.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Log(byte* message)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Done(int code, nint data)
    {
        if (ZooKeeperCall.Take(data) is ZooKeeperCall<bool> call)
            Complete(call, code, true);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void TransactionDone(int code, nint data) => (ZooKeeperCall.Take(data) as ZooKeeperTransaction)?.Answer(code);

    /// <summary>Of set: the new version.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Versioned(int code, ZooKeeperNative.Stat* stat, nint data)
    {
        if (ZooKeeperCall.Take(data) is ZooKeeperCall<int> call)
            Complete(call, code, code == ZooKeeperNative.Ok ? stat->Version : 0);
    }

    /// <summary>Of exists.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Existing(int code, ZooKeeperNative.Stat* stat, nint data)
    {
        if (ZooKeeperCall.Take(data) is ZooKeeperCall<bool> call)
            Complete(call, code == ZooKeeperNative.NoNode ? ZooKeeperNative.Ok : code, code == ZooKeeperNative.Ok);
    }

    /// <summary>Of get; no node is null.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Data(int code, byte* value, int length, ZooKeeperNative.Stat* stat, nint data)
    {
        if (ZooKeeperCall.Take(data) is not ZooKeeperCall<ZNode?> call)
            return;
        if (code == ZooKeeperNative.NoNode)
            call.Complete(null);
        else
            Complete(call, code, code == ZooKeeperNative.Ok ? new ZNode(new ReadOnlySpan<byte>(value, Math.Max(length, 0)).ToArray(), stat->Version)
            {
                Modified = DateTimeOffset.FromUnixTimeMilliseconds(stat->ModificationTime),
            } : null);
    }

    /// <summary>Of create: the path.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Created(int code, byte* value, nint data)
    {
        if (ZooKeeperCall.Take(data) is ZooKeeperCall<string> call)
            Complete(call, code, code == ZooKeeperNative.Ok ? Text(value) : "");
    }

    /// <summary>Of get_children; no node is null.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Children(int code, ZooKeeperNative.Strings* strings, nint data)
    {
        if (ZooKeeperCall.Take(data) is not ZooKeeperCall<IReadOnlyList<string>?> call)
            return;
        if (code == ZooKeeperNative.NoNode)
        {
            call.Complete(null);
            return;
        }
        var names = new string[code == ZooKeeperNative.Ok ? strings->Count : 0];
        for (var i = 0; i < names.Length; i++)
            names[i] = Text(strings->Data[i]);
        Array.Sort(names, StringComparer.Ordinal);
        Complete(call, code, names);
    }

    private static void Complete<T>(ZooKeeperCall<T> call, int code, T result)
    {
        if (code == ZooKeeperNative.Ok)
            call.Complete(result);
        else
            call.Fail(code);
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
