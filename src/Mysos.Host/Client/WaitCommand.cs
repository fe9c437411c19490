using System.CommandLine;
using System.Net;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Commands;

namespace Mysos.Host.Client;

/// <summary><c>mysos wait</c>: asks once a second. A scheduler that is away for a while (another takes over) is waited for.</summary>
internal static class WaitCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private enum Goal { Healthy, Deleted }

    public static ClientCommand Create(CommandIo io)
    {
        var name = ClientOptions.Name();
        var goal = new Option<string>("--for") { Description = "healthy: all nodes serve; deleted: the last instance has ended. [default: healthy]", HelpName = "healthy|deleted" };
        goal.AcceptOnlyFromAmong("healthy", "deleted");
        var timeout = new Option<string>("--timeout") { Description = "How long to wait, such as 90s or 10m. [default: 10m]", HelpName = "TIME" };
        return new ClientCommand(io, "wait", "Waits until a cluster is healthy or gone, and shows its progress. A cluster that has failed ends the wait with 1.")
        {
            name, goal, timeout,
        }.Does(call =>
        {
            var text = call.Parsed.GetValue(timeout) ?? "10m";
            return Durations.TryParse(text, out var time)
                ? WaitAsync(call, call.Parsed.GetRequiredValue(name), call.Parsed.GetValue(goal) == "deleted" ? Goal.Deleted : Goal.Healthy, time)
                : throw new UsageException($"--timeout is '{text}', not a time such as 90s or 10m.");
        });
    }

    private static async Task<int> WaitAsync(ClientCall call, string name, Goal goal, TimeSpan timeout)
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
                if (goal == Goal.Healthy && answer.Value.State is ClusterCondition.Healthy or ClusterCondition.Failed)
                {
                    await ShowAsync(progress);
                    if (call.Json)
                        await call.PrintAsync(answer, _ => "");
                    return answer.Value.State == ClusterCondition.Healthy ? ExitCodes.Ok : ExitCodes.Failed;
                }
            }
            catch (MysosApiException e) when (e.Status == HttpStatusCode.NotFound && goal == Goal.Deleted)
            {
                await ShowAsync($"{name}: gone");
                return ExitCodes.Ok;
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
                await call.Io.Error.WriteLineAsync($"mysos wait: it took longer than {timeout}.");
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
