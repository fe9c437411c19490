using System.Runtime.InteropServices;

namespace Mysos.LocalMesos.Containers;

/// <summary>Starts a process in a session of its own, with exactly the given environment, as Mesos' posix launcher does.</summary>
internal static unsafe class ProcessSpawner
{
    /// <summary>More than <c>posix_spawnattr_t</c>, <c>posix_spawn_file_actions_t</c> and <c>sigset_t</c> take in any libc.</summary>
    private const int StructSize = 1024;

    /// <returns>The pid, which is also the id of the new session and process group.</returns>
    /// <exception cref="IOException">The process could not be started.</exception>
    public static int Spawn(
        string path, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string directory,
        string stdout, string stderr)
    {
        var actions = stackalloc byte[StructSize];
        var attributes = stackalloc byte[StructSize];
        var signals = stackalloc byte[StructSize];
        Check(Libc.ActionsInit(actions), "posix_spawn_file_actions_init");
        Check(Libc.AttributesInit(attributes), "posix_spawnattr_init");
        var argv = new NativeStrings(arguments);
        var envp = new NativeStrings(environment.Select(variable => $"{variable.Key}={variable.Value}"));
        try
        {
            Check(Libc.ActionsOpen(actions, 0, "/dev/null", Libc.OpenReadOnly, 0), "stdin");
            Check(Libc.ActionsOpen(actions, 1, stdout, Libc.OpenAppend, 0x1A4), "stdout");
            Check(Libc.ActionsOpen(actions, 2, stderr, Libc.OpenAppend, 0x1A4), "stderr");
            Check(Libc.ActionsChangeDirectory(actions, directory), "directory");
            CloseOthers(actions);
            // .NET ignores SIGPIPE, and what is ignored stays so in a child.
            Check(Libc.FillSignals(signals), "sigfillset");
            Check(Libc.AttributesSetSigDefault(attributes, signals), "posix_spawnattr_setsigdefault");
            Check(Libc.EmptySignals(signals), "sigemptyset");
            Check(Libc.AttributesSetSigMask(attributes, signals), "posix_spawnattr_setsigmask");
            Check(
                Libc.AttributesSetFlags(attributes, Libc.SpawnSetSid | Libc.SpawnSetSigDefault | Libc.SpawnSetSigMask),
                "posix_spawnattr_setflags");
            Check(Libc.Spawn(out var pid, path, actions, attributes, argv.Pointer, envp.Pointer), path);
            return pid;
        }
        finally
        {
            argv.Free();
            envp.Free();
            _ = Libc.ActionsDestroy(actions);
            _ = Libc.AttributesDestroy(attributes);
        }
    }

    /// <summary>What .NET opens is closed by exec anyway; this is for descriptors that the process itself inherited.</summary>
    private static void CloseOthers(byte* actions)
    {
        try
        {
            Check(Libc.ActionsCloseFrom(actions, 3), "posix_spawn_file_actions_addclosefrom_np");
        }
        catch (EntryPointNotFoundException)
        {
            // An older C library: they stay open.
        }
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
            throw new IOException($"Cannot start a process ({what}): {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    /// <summary>A null-terminated array of C strings.</summary>
    private readonly struct NativeStrings
    {
        private readonly int _count;

        public NativeStrings(IEnumerable<string> strings)
        {
            var list = strings.ToArray();
            _count = list.Length;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(list.Length + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < list.Length; i++)
                Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(list[i]);
        }

        public byte** Pointer { get; }

        public void Free()
        {
            for (var i = 0; i < _count; i++)
                Marshal.FreeCoTaskMem((nint)Pointer[i]);
            NativeMemory.Free(Pointer);
        }
    }
}
