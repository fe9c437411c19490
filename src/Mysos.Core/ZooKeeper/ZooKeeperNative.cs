using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mysos.Core.ZooKeeper;

/// <summary>
/// Apache's C client (zookeeper.h of 3.6 and later, the multi-threaded library). Looked for next to the program first,
/// then where the system has its libraries.
/// </summary>
internal static unsafe partial class ZooKeeperNative
{
    private const string Library = "libzookeeper_mt.so.2";

    internal const int Ok = 0;
    internal const int RuntimeInconsistency = -2;
    internal const int InvalidState = -9;
    internal const int NoNode = -101;

    internal const int SessionEvent = -1;
    internal const int ConnectedState = 3;
    internal const int ExpiredState = -112;
    internal const int AuthFailedState = -113;

    internal const int LogErrors = 1;
    internal const int ClientIdSize = 24;

    /// <summary>The start of <c>struct Stat</c>, which is only ever read in the client's own memory.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct Stat
    {
        private readonly long _created, _modified, _creationTime;
        /// <summary>Milliseconds since 1970, by the clock of the server that leads.</summary>
        public readonly long ModificationTime;
        public readonly int Version;
    }

    /// <summary><c>struct String_vector</c></summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct Strings
    {
        public readonly int Count;
        public readonly byte** Data;
    }

    /// <summary><c>struct ACL_vector</c></summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct AclVector
    {
        public int Count;
        public Acl* Data;
    }

    /// <summary><c>struct ACL</c></summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Acl
    {
        public int Permissions;
        public byte* Scheme;
        public byte* Id;
    }

    /// <summary><c>zoo_op_t</c>; only the library's init functions write it.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 72)]
    internal struct Operation
    {
        private readonly long _opaque;
    }

    /// <summary><c>zoo_op_result_t</c></summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct OperationResult
    {
        public int Error;
        public byte* Value;
        public int ValueLength;
        public Stat* Stat;
    }

    /// <summary>Closes the session and waits for the client's threads when the last call on it has returned.</summary>
    internal sealed class Handle : SafeHandleZeroOrMinusOneIsInvalid
    {
        public Handle(nint handle) : base(ownsHandle: true) => SetHandle(handle);

        protected override bool ReleaseHandle() => zookeeper_close(handle) == Ok;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial nint zookeeper_init2(
        string hosts, delegate* unmanaged[Cdecl]<nint, int, int, byte*, nint, void> watcher, int timeoutMs, byte* clientId,
        nint context, int flags, delegate* unmanaged[Cdecl]<byte*, void> log);

    [LibraryImport(Library)]
    private static partial int zookeeper_close(nint handle);

    /// <summary>Points to a <c>clientid_t</c>: <see cref="ClientIdSize"/> bytes within the handle.</summary>
    [LibraryImport(Library)]
    internal static partial byte* zoo_client_id(Handle handle);

    [LibraryImport(Library)]
    internal static partial int zoo_recv_timeout(nint handle);

    [LibraryImport(Library)]
    internal static partial void zoo_set_debug_level(int level);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int zoo_add_auth(Handle handle, string scheme, byte* cert, int length, nint completion, nint data);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int zoo_acreate(
        Handle handle, string path, byte* value, int length, AclVector* acl, int mode,
        delegate* unmanaged[Cdecl]<int, byte*, nint, void> completion, nint data);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int zoo_adelete(
        Handle handle, string path, int version, delegate* unmanaged[Cdecl]<int, nint, void> completion, nint data);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int zoo_aset(
        Handle handle, string path, byte* value, int length, int version,
        delegate* unmanaged[Cdecl]<int, Stat*, nint, void> completion, nint data);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int zoo_awget(
        Handle handle, string path, delegate* unmanaged[Cdecl]<nint, int, int, byte*, nint, void> watcher, nint context,
        delegate* unmanaged[Cdecl]<int, byte*, int, Stat*, nint, void> completion, nint data);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int zoo_awexists(
        Handle handle, string path, delegate* unmanaged[Cdecl]<nint, int, int, byte*, nint, void> watcher, nint context,
        delegate* unmanaged[Cdecl]<int, Stat*, nint, void> completion, nint data);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int zoo_awget_children(
        Handle handle, string path, delegate* unmanaged[Cdecl]<nint, int, int, byte*, nint, void> watcher, nint context,
        delegate* unmanaged[Cdecl]<int, Strings*, nint, void> completion, nint data);

    [LibraryImport(Library)]
    internal static partial int zoo_amulti(
        Handle handle, int count, Operation* operations, OperationResult* results,
        delegate* unmanaged[Cdecl]<int, nint, void> completion, nint data);

    [LibraryImport(Library)]
    internal static partial void zoo_create_op_init(
        Operation* operation, byte* path, byte* value, int length, AclVector* acl, int mode, byte* pathBuffer, int pathBufferLength);

    [LibraryImport(Library)]
    internal static partial void zoo_delete_op_init(Operation* operation, byte* path, int version);

    [LibraryImport(Library)]
    internal static partial void zoo_set_op_init(Operation* operation, byte* path, byte* buffer, int length, int version, Stat* stat);

    [LibraryImport(Library)]
    internal static partial void zoo_check_op_init(Operation* operation, byte* path, int version);
}
