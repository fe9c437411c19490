using Mysos.Core.Mesos;

namespace Mysos.Tests.Mesos;

/// <summary>What a scheduler or an executor has to do after each answer that the recordings hold.</summary>
internal static class Outcomes
{
    private static readonly string[] SubscriptionIsOver = ["Framework cannot be found", "Framework is not subscribed", "The stream ID "];

    public static MesosOutcome Of(int status, string text, bool subscribe, string? location) => status switch
    {
        307 when location == "//127.0.0.1:5050/master/api/v1/scheduler" => MesosOutcome.Redirected,
        307 when location == "//127.0.0.1:5055/master/api/v1/scheduler" => MesosOutcome.Redirected,
        400 when text.Contains("Authenticated principal 'other' does not match", StringComparison.Ordinal) => MesosOutcome.Unauthorized,
        400 when !subscribe && SubscriptionIsOver.Any(text.StartsWith) => MesosOutcome.NotSubscribed,
        400 or 405 or 406 or 415 => MesosOutcome.Rejected,
        401 => MesosOutcome.Unauthorized,
        403 => MesosOutcome.NotSubscribed,
        503 => MesosOutcome.Unavailable,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Nobody has said what to do about it."),
    };
}
