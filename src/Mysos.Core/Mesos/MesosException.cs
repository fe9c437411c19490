namespace Mysos.Core.Mesos;

/// <summary>What to do when Mesos did not take a call.</summary>
public enum MesosOutcome
{
    /// <summary>No answer, no leader yet, or still recovering (503): ask again after a while.</summary>
    Unavailable,
    /// <summary>307: ask <see cref="MesosException.Leader"/>.</summary>
    Redirected,
    /// <summary>403, or 400 about the stream or the framework: what was subscribed is no more; subscribe again.</summary>
    NotSubscribed,
    /// <summary>401, or a principal that is not the one of the credentials: give up until somebody has corrected it.</summary>
    Unauthorized,
    /// <summary>400, 404, 405, 406, 415: the same call will be refused every time.</summary>
    Rejected,
}

/// <summary>Mesos did not take a call. The message says who answered what, and what would be right.</summary>
public sealed class MesosException(MesosOutcome outcome, string message, Exception? cause = null) : Exception(message, cause)
{
    public MesosOutcome Outcome { get; } = outcome;

    /// <summary>The HTTP status; null without an answer.</summary>
    public int? Status { get; init; }

    /// <summary>Where a 307 points: the leading master.</summary>
    public Uri? Leader { get; init; }
}
