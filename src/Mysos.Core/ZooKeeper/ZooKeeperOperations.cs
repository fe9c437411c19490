using System.Runtime.InteropServices;

namespace Mysos.Core.ZooKeeper;

/// <summary>Operations of a transaction in the C client's form, until it has taken them over.</summary>
internal sealed unsafe class ZooKeeperOperations : IDisposable
{
    private readonly List<nint> _allocated = [];

    internal ZooKeeperOperations(IReadOnlyList<ZooKeeperOperation> operations, ZooKeeperNative.AclVector* acl)
    {
        Operations = (ZooKeeperNative.Operation*)Allocate(operations.Count * sizeof(ZooKeeperNative.Operation));
        for (var i = 0; i < operations.Count; i++)
        {
            var native = Operations + i;
            var path = Text(operations[i].Path);
            switch (operations[i])
            {
                case ZooKeeperOperation.Create create:
                    ZooKeeperNative.zoo_create_op_init(native, path, Bytes(create.Data), create.Data.Length, acl, (int)create.Mode, null, 0);
                    break;
                case ZooKeeperOperation.Set set:
                    ZooKeeperNative.zoo_set_op_init(native, path, Bytes(set.Data), set.Data.Length, set.Version, null);
                    break;
                case ZooKeeperOperation.Delete delete:
                    ZooKeeperNative.zoo_delete_op_init(native, path, delete.Version);
                    break;
                case ZooKeeperOperation.Check check:
                    ZooKeeperNative.zoo_check_op_init(native, path, check.Version);
                    break;
                default:
                    throw new ArgumentException($"{operations[i].GetType().Name} is not an operation of a transaction.", nameof(operations));
            }
        }
    }

    internal ZooKeeperNative.Operation* Operations { get; }

    public void Dispose()
    {
        foreach (var memory in _allocated)
            NativeMemory.Free((void*)memory);
        _allocated.Clear();
    }

    private byte* Bytes(ReadOnlyMemory<byte> data)
    {
        var memory = Allocate(data.Length);
        data.Span.CopyTo(new Span<byte>(memory, data.Length));
        return memory;
    }

    private byte* Text(string text)
    {
        var length = System.Text.Encoding.UTF8.GetByteCount(text);
        var memory = Allocate(length + 1);
        System.Text.Encoding.UTF8.GetBytes(text, new Span<byte>(memory, length));
        return memory;
    }

    private byte* Allocate(int size)
    {
        var memory = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(size, 1));
        _allocated.Add((nint)memory);
        return memory;
    }
}
