using System.Net;
using System.Runtime.CompilerServices;

namespace Mysos.Host.Client.Events;

/// <summary>
/// All clusters' events, without a gap: when the connection is lost, or nothing is heard for a while, it asks again from
/// the last one on.
/// </summary>
/// <param name="lost">Told, once each time, why there is no connection.</param>
internal sealed class EventFollower(MysosApiClient api, TimeProvider time, Action<string> lost)
{
    public const string Gone = "gone";
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    /// <summary>Ends only when it is cancelled.</summary>
    /// <exception cref="MysosApiException">The request is refused.</exception>
    /// <exception cref="HttpRequestException">Nobody answered from the first.</exception>
    public async IAsyncEnumerable<FollowedEvent> RunAsync(string query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? lastId = null;
        var (connected, told) = (false, false);
        while (true)
        {
            await using var events = api.FollowEventsAsync(query, lastId, time, cancellation).GetAsyncEnumerator(cancellation);
            while (true)
            {
                string problem;
                try
                {
                    if (await events.MoveNextAsync())
                    {
                        (connected, told) = (true, false);
                        problem = "";
                    }
                    else
                    {
                        problem = "the scheduler ended the stream";
                    }
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    yield break;
                }
                catch (Exception e) when (connected && IsPassing(e))
                {
                    problem = e.Message;
                }
                if (problem.Length > 0)
                {
                    if (!told)
                        lost(problem);
                    told = true;
                    break;
                }
                // The stream's opening is an event without a kind: it is heard that somebody answers.
                if (events.Current is not { Kind.Length: > 0 } happened)
                    continue;
                lastId = happened.Id ?? lastId;
                yield return happened;
            }
            await Task.Delay(Again, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellation.IsCancellationRequested)
                yield break;
        }
    }

    private static bool IsPassing(Exception e) => e is HttpRequestException or IOException or TimeoutException or TaskCanceledException
        or MysosApiException { Status: HttpStatusCode.ServiceUnavailable };
}

/// <param name="Kind">Empty: only a sign that the stream has begun.</param>
/// <param name="Id">Null: it is no place to go on from.</param>
internal sealed record FollowedEvent(string Kind, string? Id, string Json);
