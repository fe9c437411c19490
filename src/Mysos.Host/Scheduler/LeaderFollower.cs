using System.IO.Pipelines;
using System.Net;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Host.Access.Peers;
using Mysos.Host.Api.Errors;
using Mysos.Host.Client;

namespace Mysos.Host.Scheduler;

/// <summary>
/// While another scheduler leads, shows its views here. When it cannot be followed the last view stays, marked as old; a
/// scheduler that has never seen a leader's shows what is durable.
/// </summary>
internal sealed partial class LeaderFollower(
    ReadModel readModel, LeaderAddress leader, LeaderHttp http, PeerSeal seal, ILogger<LeaderFollower> log, TimeProvider time)
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BeforeStored = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StoredAgain = TimeSpan.FromSeconds(5);

    private DateTimeOffset _lastHeard;

    /// <summary>Follows whoever leads until it is cancelled.</summary>
    /// <param name="stored">Reads the durable state.</param>
    public async Task RunAsync(Func<CancellationToken, Task<SchedulerView>> stored, CancellationToken cancellation)
    {
        _lastHeard = time.GetUtcNow();
        var showing = ShowStoredAsync(stored, cancellation);
        // An address that is lost says nothing: the one who leads there may be fine, and only ZooKeeper out of sight.
        Uri? address = null;
        while (!cancellation.IsCancellationRequested)
        {
            using var here = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var following = address is null ? Task.CompletedTask : KeepFollowingAsync(address, here.Token);
            try
            {
                address = await leader.Changes.FirstAsync(now => now is not null && now != address).ToTask(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // As told.
            }
            await here.CancelAsync();
            await following;
        }
        await showing;
    }

    private async Task KeepFollowingAsync(Uri address, CancellationToken cancellation)
    {
        for (var backoff = FirstBackoff; !cancellation.IsCancellationRequested; backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff)
        {
            string why;
            try
            {
                why = await FollowAsync(address, () => backoff = FirstBackoff, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
            {
                why = e.Message;
            }
            MarkStale(address, why);
            await Task.Delay(backoff, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Shows what the leader tells until it ends; answers why it did.</summary>
    private async Task<string> FollowAsync(Uri address, Action followed, CancellationToken cancellation)
    {
        using var silent = new CancellationTokenSource(ViewStream.LongestSilence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, cancellation);
        using var client = new HttpMessageInvoker(http.Handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, ViewStream.Path));
        seal.Sign(request, request.RequestUri!, by: null);
        try
        {
            using var response = await client.SendAsync(request, either.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                return $"it answers {(int)response.StatusCode}: {await ProblemAsync(response, either.Token)}";
            var reader = PipeReader.Create(await response.Content.ReadAsStreamAsync(either.Token));
            await ViewStream.ReadAsync(reader, view =>
            {
                silent.CancelAfter(ViewStream.LongestSilence);
                _lastHeard = time.GetUtcNow();
                if (view is null)
                    return;
                if (readModel.Current is { Stale: not null } or { Term: 0 } || readModel.Current.Term != view.Term)
                    Following(address.Authority, view.Term);
                readModel.Follow(view);
                followed();
            }, either.Token);
            return "it ended the stream of its views";
        }
        catch (OperationCanceledException) when (silent.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return $"it was silent for {ViewStream.LongestSilence.TotalSeconds:0} seconds";
        }
    }

    /// <summary>Why the other one refuses, in its words.</summary>
    private static async Task<string> ProblemAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        response.Content.Headers.ContentType?.MediaType == Problems.ContentType
        && await response.Content.ReadFromJsonAsync(ProblemJson.Default.ProblemBody, cancellation) is { } problem
            ? Table.Printable(problem.Detail)
            : "no reason is given";

    private void MarkStale(Uri address, string why)
    {
        if (readModel.Current is not { Term: > 0, Stale: null })
            return;
        Lost(address.Authority, why);
        readModel.MarkStale(new Staleness(_lastHeard,
            $"The leading scheduler at {address.Authority} cannot be followed ({why}); this is what was known before."));
    }

    private async Task ShowStoredAsync(Func<CancellationToken, Task<SchedulerView>> stored, CancellationToken cancellation)
    {
        for (var pause = BeforeStored; ; pause = StoredAgain)
        {
            await Task.Delay(pause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellation.IsCancellationRequested || readModel.Current.Term > 0)
                return;
            try
            {
                readModel.ShowStored(await stored(cancellation));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                NotRead(e.Message);
            }
        }
    }

    [LoggerMessage(121, LogLevel.Information, "Following the leading scheduler at {Leader}, term {Term}")]
    private partial void Following(string leader, long term);

    [LoggerMessage(122, LogLevel.Warning, "The leading scheduler at {Leader} is not followed any more: {Reason}")]
    private partial void Lost(string leader, string reason);

    [LoggerMessage(123, LogLevel.Warning, "The stored state cannot be read: {Reason}")]
    private partial void NotRead(string reason);
}
