using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Extensions;
using Mysos.Core.Clusters;
using Mysos.Host.Commands;

namespace Mysos.Host.Client.Events;

/// <summary><c>mysos events</c>: what has happened, and with <c>--follow</c> what happens.</summary>
internal static class EventsCommand
{
    private const int DefaultLast = 50;

    public static ClientCommand Create(CommandIo io)
    {
        var name = new Argument<string?>("name") { Description = "A cluster's name. [default: all clusters]", HelpName = "name", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(ClusterNames.Complete);
        var kinds = new Option<string[]>("--kind") { Description = "Only events of this kind, such as failed_over; can be given several times.", HelpName = "KIND" };
        var last = new Option<int?>("--last", "-n") { Description = $"Of what has happened, only the newest so many. [default: {DefaultLast}]", HelpName = "NUMBER" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Then go on with what happens, until it is interrupted. A scheduler that is away is waited for." };
        return new ClientCommand(io, "events", "Shows what has happened in one cluster or in all, newest last.") { name, kinds, last, follow }.Does(call =>
        {
            var query = new QueryBuilder { { "last", (call.Parsed.GetValue(last) ?? DefaultLast).ToString(CultureInfo.InvariantCulture) } };
            if (call.Parsed.GetValue(name) is { } cluster)
                query.Add("cluster", cluster);
            query.Add("kind", call.Parsed.GetValue(kinds) ?? []);
            return call.Parsed.GetValue(follow) ? FollowAsync(call, query.ToString()) : ShowAsync(call, query.ToString());
        });
    }

    private static async Task<int> ShowAsync(ClientCall call, string query) =>
        await call.PrintAsync(await call.Api.EventsAsync(query, call.Cancellation), events => string.Concat(events.Select(Line)));

    private static async Task<int> FollowAsync(ClientCall call, string query)
    {
        var follower = new EventFollower(call.Api, call.Io.Time, problem => call.Io.Error.WriteLine($"mysos events: {Table.Printable(problem)}; trying again"));
        await foreach (var item in follower.RunAsync(query, call.Cancellation))
        {
            await call.Io.Out.WriteAsync(call.Json ? $"{item.Json}\n" : Text(item));
            await call.Io.Out.FlushAsync(call.Cancellation);
        }
        return ExitCodes.Ok;
    }

    private static string Text(FollowedEvent item)
    {
        using var document = JsonDocument.Parse(item.Json);
        // An older scheduler says only which cluster it is.
        return item.Kind == EventFollower.Gone && !document.RootElement.TryGetProperty("time", out _)
            ? $"{Table.Printable(document.RootElement.GetProperty("cluster").GetString() ?? "")} is gone\n"
            : Line(JsonSerializer.Deserialize(item.Json, ApiJson.Default.FleetEvent)!);
    }

    private static string Line(FleetEvent happened) => Table.Printable(
        $"{ClusterText.Time(happened.Time)}  {happened.Cluster}  {happened.Kind}  {happened.Text}{(happened.By is { } by ? $" ({by})" : "")}") + "\n";
}
