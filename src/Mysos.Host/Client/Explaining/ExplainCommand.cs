using System.Globalization;
using System.Text;
using System.Text.Json;
using Mysos.Host.Commands;

namespace Mysos.Host.Client.Explaining;

/// <summary><c>mysos explain</c>.</summary>
internal static class ExplainCommand
{
    public static ClientCommand Create(CommandIo io)
    {
        var name = ClientOptions.ExistingName();
        return new ClientCommand(io, "explain", "Says why a cluster is as it is, what happens next, and what you can do.") { name }.Does(async call =>
        {
            var cluster = await call.Api.GetAsync(call.Parsed.GetRequiredValue(name), call.Cancellation);
            var explanation = Explanation.Of(cluster.Value);
            await io.Out.WriteAsync(call.Json ? JsonSerializer.Serialize(explanation, ExplanationJson.Default.Explanation) + "\n" : Text(explanation));
            return ExitCodes.Ok;
        });
    }

    public static string Text(Explanation explained)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{explained.Cluster} is {explained.State}{(explained.Why.Length > 0 ? $": {Table.Printable(explained.Why)}" : "")}.\n");
        Part("Nodes", explained.Nodes.Select(n => $"node {n.Node}  {n.Role,-6}  {n.State,-11}  {n.Text}"));
        if (explained.Operation is { } operation)
            Part(Table.Printable(OperationText.Title(operation)), OperationText.Steps(operation));
        Part("What happens next", explained.Next);
        Part("If the master died now", explained.IfMasterDied is { } loss ? [loss] : []);
        Part("What you can do", explained.YouCan.Select(a => $"To {a.To}: {a.Do}"));
        return text.ToString();

        void Part(string title, IEnumerable<string> lines)
        {
            var shown = lines.Select(line => Table.Printable(line).TrimEnd()).ToArray();
            if (shown.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $"\n{title}\n").AppendJoin("", shown.Select(line => $"  {line}\n"));
        }
    }
}
