using System.Data.Common;
using System.Diagnostics;
using System.Net.Sockets;
using Mysos.Core.Processes;
using Mysos.Core.Protocol;
using Mysos.Executor.Backups;
using Mysos.Executor.Data;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Copies;

/// <summary>Gets a copy of another node's data into a directory. What fails is an <see cref="IOException"/> or the like, and can be tried again.</summary>
internal static class CopyTaker
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>MariaDB: the stream of the donor's executor, prepared. Returns the copy's GTIDs.</summary>
    /// <param name="node">Who gets it.</param>
    public static async Task<string?> FromStreamAsync(
        Donor donor, int node, string secret, string target, TimeProvider time, CancellationToken cancellation)
    {
        Directory.CreateDirectory(target, Private);
        using var client = new TcpClient { NoDelay = true };
        var stream = await CopyHandshake.ConnectAsync(client, donor.Server with { Port = donor.Port }, node, secret, time, cancellation)
            .ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var unpack = await ChildProcesses.StartAsync(
                new ProcessStartInfo("mbstream", ["-x", "-C", target]) { RedirectStandardInput = true }).ConfigureAwait(false);
            try
            {
                await CopyFrames.ReceiveAsync(stream, unpack.StandardInput.BaseStream, Silence, time, cancellation).ConfigureAwait(false);
                unpack.StandardInput.Close();
                await unpack.WaitForExitAsync(cancellation).ConfigureAwait(false);
                if (unpack.ExitCode != 0)
                    throw new IOException($"mbstream ended with {unpack.ExitCode}");
            }
            finally
            {
                ChildProcesses.Signal(unpack, UnixSignal.Kill);
            }
        }
        return await PhysicalCopy.PrepareAsync(target, cancellation).ConfigureAwait(false);
    }

    /// <summary>MySQL: its clone plugin, in a mysqld that runs for nothing else. The copy knows its GTIDs.</summary>
    public static async Task FromCloneAsync(
        Donor donor, Account follower, string target, IServerProcess helper, Account admin, CancellationToken cancellation)
    {
        try
        {
            var connection = await helper.ReadyAsync(admin, cancellation).ConfigureAwait(false)
                ?? throw new IOException(helper.LastWords(await helper.Exited.ConfigureAwait(false)));
            await using (connection.ConfigureAwait(false))
            {
                await connection.ExecuteAsync(MySqlFlavor.CloneLimits(donor), cancellation).ConfigureAwait(false);
                await connection.ExecuteAsync(MySqlFlavor.Clone(donor, follower, target), cancellation, timeoutSeconds: 0).ConfigureAwait(false);
            }
        }
        finally
        {
            // Its own data are of no worth.
            helper.Kill();
            await helper.Exited.ConfigureAwait(false);
        }
    }

    /// <summary>What went wrong is of the donor or of the way to it.</summary>
    public static bool MayPass(Exception e) => e is IOException or DbException or InvalidDataException or SocketException
        or System.Security.Authentication.AuthenticationException;
}
