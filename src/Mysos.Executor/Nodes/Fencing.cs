using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Nodes;

/// <summary>When an executor acts against its own mysqld without being told: pure functions of what it has seen.</summary>
internal static class Fencing
{
    /// <summary>In which a master that was replaced is read-only, or its mysqld is killed.</summary>
    public static readonly TimeSpan Replaced = TimeSpan.FromSeconds(10);
    /// <summary>After which a mysqld that does not answer is killed, whoever it is.</summary>
    public static readonly TimeSpan Hung = TimeSpan.FromSeconds(60);
    /// <summary>Without a slave that acknowledges and without a word of a scheduler, a master stops serving.</summary>
    public static readonly TimeSpan CutOff = TimeSpan.FromSeconds(10);

    /// <summary>Why mysqld is to be killed; null: it is not.</summary>
    /// <param name="silent">For how long it has not answered.</param>
    /// <param name="open">For how long it may have taken writes although it is told that it is no master.</param>
    /// <param name="hollow">Its data were deleted, and it is told that it is no master.</param>
    public static string? MustEnd(TimeSpan? silent, TimeSpan? open, bool hollow) =>
        hollow ? "its data were deleted" :
        open >= Replaced ? $"it is not read-only {Replaced.TotalSeconds:F0} s after another node was made master"
        : silent >= Hung ? $"it has not answered for {Hung.TotalSeconds:F0} s"
        : null;

    /// <summary>It may take writes, by what it said last, though it is not to.</summary>
    public static bool IsOpen(Directive? directive, ServerState? state) =>
        directive is { Role: not DirectedRole.Master } && state is { ReadOnly: false };

    /// <param name="unfollowed">For how long nobody who acknowledges has been connected.</param>
    /// <param name="unheard">For how long no scheduler has said anything.</param>
    public static bool IsCutOff(Directive directive, TimeSpan? unfollowed, TimeSpan unheard) =>
        directive is { Role: DirectedRole.Master, Ackers: > 0 } && unfollowed >= CutOff && unheard >= CutOff;
}
