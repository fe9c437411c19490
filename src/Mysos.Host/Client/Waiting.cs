using System.Net;
using Mysos.Core.Clusters;
using Mysos.Host.Commands;

namespace Mysos.Host.Client;

/// <summary>
/// Waits until something is true of a cluster: asks once a second, and shows how far it is. A scheduler that is away for a while
/// (another takes over) is waited for.
/// </summary>
internal static class Waiting
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <param name="end">The exit code with which the waiting ends; null: it goes on. The cluster is null when there is none.</param>
    /// <param name="then">Called with the last answer when the cluster is there.</param>
    public static async Task<int> UntilAsync(
        ClientCall call, string name, TimeSpan timeout, Func<ClusterView?, int?> end, Func<Answer<ClusterView>, Task>? then = null)
    {
        var time = call.Io.Time;
        var start = time.GetTimestamp();
        string? shown = null;
        while (true)
        {
            string progress;
            var unreachable = false;
            try
            {
                var answer = await call.Api.GetAsync(name, call.Cancellation);
                progress = ClusterText.Progress(answer.Value);
                if (end(answer.Value) is { } code)
                {
                    await ShowAsync(progress);
                    if (then is not null)
                        await then(answer);
                    return code;
                }
            }
            catch (MysosApiException e) when (e.Status == HttpStatusCode.NotFound && end(null) is { })
            {
                await ShowAsync($"{name}: gone");
                return end(null)!.Value;
            }
            catch (MysosApiException e) when (e.Status == HttpStatusCode.ServiceUnavailable)
            {
                progress = Table.Printable(e.Message);
            }
            catch (HttpRequestException e)
            {
                (progress, unreachable) = ($"No Mysos answers at {call.Address}: {e.Message}", true);
            }

            await ShowAsync(progress);
            if (time.GetElapsedTime(start) + Interval > timeout)
            {
                await call.Io.Error.WriteLineAsync($"mysos {call.Parsed.CommandResult.Command.Name}: it took longer than {timeout}.");
                return unreachable ? ExitCodes.Unreachable : ExitCodes.Timeout;
            }

            await Task.Delay(Interval, time, call.Cancellation);
        }

        async Task ShowAsync(string progress)
        {
            if (progress == shown)
                return;
            shown = progress;
            await call.Io.Error.WriteLineAsync(progress);
        }
    }
}
