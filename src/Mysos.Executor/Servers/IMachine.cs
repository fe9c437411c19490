using Mysos.Core.Protocol;
using Mysos.Executor.Data;

namespace Mysos.Executor.Servers;

/// <summary>What a node stands on: its data, the processes of its mysqld, and logins. All else of a node touches no file and no process.</summary>
internal interface IMachine : ILogins, IDisposable
{
    Instance Instance { get; }

    /// <summary>Of the data that were prepared.</summary>
    NodeMarker? Marker { get; }

    /// <summary>The data are set up to follow a master: what is in their binary log came from there.</summary>
    bool Follows { get; }

    /// <inheritdoc cref="DataDirectory.IsThere"/>
    bool DataAreThere { get; }

    /// <summary>Writes a small file beside the data, through to the disk. Null: it was written; else why not.</summary>
    Task<string?> TryVolumeAsync();

    /// <returns>Bytes.</returns>
    Task<long> MeasureDataAsync();

    /// <inheritdoc cref="DataDirectory.PrepareAsync"/>
    Task<bool> PrepareAsync(ServerProgram program, int rebuild, bool copied, CancellationToken cancellation);

    /// <summary>Puts a copy of the donor's data in the place of those that were prepared. Nothing may run on them.</summary>
    /// <exception cref="Exception">It failed, and what was prepared is still there: see <see cref="Copies.CopyTaker.MayPass"/>.</exception>
    Task CopyAsync(ServerProgram program, Accounts accounts, Donor donor, CancellationToken cancellation);

    /// <summary>From now on gives copies to the node of this grant and to no other; null: to none.</summary>
    /// <returns>Where; null where mysqld gives them itself.</returns>
    CopyOffer? Give(ServerProgram program, Accounts accounts, CopyGrant? grant);

    /// <inheritdoc cref="DataDirectory.Finish"/>
    Task FinishAsync(CancellationToken cancellation);

    /// <inheritdoc cref="DataDirectory.CutsOff"/>
    void CutsOff();

    /// <inheritdoc cref="DataDirectory.Renumbered"/>
    void Renumbered(uint serverId);

    /// <inheritdoc cref="DataDirectory.CopyTakenOver"/>
    void CopyTakenOver();

    /// <inheritdoc cref="DataDirectory.KeepFrom"/>
    void KeepFrom(string binaryLog);

    /// <summary>Starts mysqld on the data, with the accounts made before anyone can log in.</summary>
    Task<IServerProcess> StartAsync(ServerProgram program, Accounts accounts, IReadOnlyList<string> options);

    /// <summary>mysqld has read its secrets, or will not.</summary>
    void DeleteInitFile();
}

/// <summary>A mysqld process, from its start to its end.</summary>
internal interface IServerProcess : IDisposable
{
    /// <summary>Completes, never faults, with the exit code as soon as the process has ended: 128 + n for signal n.</summary>
    Task<int> Exited { get; }

    /// <summary>
    /// A login as soon as the server lets anybody in, which is after the init file. Null when it ended before that.
    /// </summary>
    Task<ServerConnection?> ReadyAsync(Account admin, CancellationToken cancellation);

    /// <summary>SIGTERM, then SIGKILL after <paramref name="grace"/>.</summary>
    Task StopAsync(TimeSpan grace);

    void Kill();

    /// <summary>Ends what one of its threads waits for in the kernel, where mysqld is made for that.</summary>
    /// <param name="thread">As the operating system numbers it.</param>
    void Interrupt(int thread);

    /// <summary>
    /// How it ended and what it said last, of this start only: its errors where there are any. A server that a signal ended
    /// says nothing of that itself.
    /// </summary>
    string LastWords(int code);
}
