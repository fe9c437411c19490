using System.Net;
using System.Net.Http.Headers;

namespace Mysos.Core.Mesos;

/// <summary>What the v1 endpoints' answers mean. (Statuses and texts of Mesos 1.12.)</summary>
internal static class MesosAnswers
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeWithQualityHeaderValue AcceptJson = new("application/json");

    /// <summary>A call as the endpoints want it: any charset in the content type is answered with 415.</summary>
    public static HttpRequestMessage Request(Uri endpoint, byte[] call, AuthenticationHeaderValue? credentials)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(call) };
        request.Content.Headers.ContentType = Json;
        request.Headers.Accept.Add(AcceptJson);
        request.Headers.Authorization = credentials;
        return request;
    }

    /// <param name="credentials">What the caller's credentials come from, for whoever is to correct them.</param>
    /// <exception cref="MesosException">It is another answer than the <paramref name="wanted"/>.</exception>
    public static async Task ThrowUnlessAsync(
        HttpResponseMessage response, HttpStatusCode wanted, Uri asked, string? call, string credentials, CancellationToken cancellation)
    {
        if (response.StatusCode == wanted)
            return;
        var text = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        throw Of((int)response.StatusCode, text.Length > 0 ? text : response.ReasonPhrase ?? "", response.Headers.Location, asked, call, credentials);
    }

    public static MesosException Of(int status, string text, Uri? location, Uri asked, string? call, string credentials)
    {
        var answered = $"Mesos at {asked.Authority} answered {status} to {call}: {text}";
        if (status == 307 && location is not null)
        {
            var leader = new Uri(asked, location);
            return leader.Authority == asked.Authority
                ? new(MesosOutcome.Unavailable, $"Mesos at {asked.Authority} is not elected yet: it redirects to itself.") { Status = status }
                : new(MesosOutcome.Redirected, $"Mesos at {asked.Authority} does not lead; it redirects to {leader.Authority}.")
                {
                    Status = status, Leader = new Uri(leader.GetLeftPart(UriPartial.Authority)),
                };
        }
        var (outcome, advice) = status switch
        {
            401 => (MesosOutcome.Unauthorized, $" It has to know {credentials}."),
            403 when text.Contains("not subscribed", StringComparison.Ordinal) => (MesosOutcome.NotSubscribed, ""),
            403 => (MesosOutcome.Unauthorized, $" Its access lists have to allow it for {credentials}."),
            400 when text.Contains("Authenticated principal", StringComparison.Ordinal) =>
                (MesosOutcome.Unauthorized, $" The framework's principal has to be the one of {credentials}."),
            400 when call != "SUBSCRIBE" && IsAboutSubscription(text) => (MesosOutcome.NotSubscribed, ""),
            400 => (MesosOutcome.Rejected, ""),
            404 or 405 or 406 or 415 =>
                (MesosOutcome.Rejected, " A Mesos 1.12 takes such calls; is it one, and does nothing on the way change them?"),
            _ => (MesosOutcome.Unavailable, ""),
        };
        return new MesosException(outcome, answered + advice) { Status = status };
    }

    private static bool IsAboutSubscription(string text) =>
        text.Contains("didn't match the stream ID", StringComparison.Ordinal)
        || text is "Framework cannot be found" or "Executor cannot be found";
}
