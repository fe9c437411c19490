using System.Runtime.InteropServices;

namespace Mysos.Core.ZooKeeper;

/// <summary>The two access lists that nodes are made with. They live as long as the program.</summary>
internal static unsafe class ZooKeeperAcls
{
    private const int All = 0x1f;

    /// <summary>Everyone may do everything.</summary>
    internal static ZooKeeperNative.AclVector* Open { get; } = Make("world", "anyone");

    /// <summary>Whoever has the creator's credentials may do everything; nobody else anything.</summary>
    internal static ZooKeeperNative.AclVector* CreatorAll { get; } = Make("auth", "");

    private static ZooKeeperNative.AclVector* Make(string scheme, string id)
    {
        var acl = (ZooKeeperNative.Acl*)NativeMemory.AllocZeroed((nuint)sizeof(ZooKeeperNative.Acl));
        acl->Permissions = All;
        acl->Scheme = (byte*)Marshal.StringToCoTaskMemUTF8(scheme);
        acl->Id = (byte*)Marshal.StringToCoTaskMemUTF8(id);
        var vector = (ZooKeeperNative.AclVector*)NativeMemory.AllocZeroed((nuint)sizeof(ZooKeeperNative.AclVector));
        vector->Count = 1;
        vector->Data = acl;
        return vector;
    }
}
