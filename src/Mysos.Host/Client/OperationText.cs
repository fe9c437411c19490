using System.Collections.Immutable;
using Mysos.Core.Clusters;

namespace Mysos.Host.Client;

/// <summary>What is under way in a cluster, for people to read.</summary>
internal static class OperationText
{
    public static string Title(OperationView operation) => $"Under way: {operation.Name}, since {ClusterText.Time(operation.Since)}";

    public static IEnumerable<string> Steps(OperationView operation) =>
        (operation.Steps.IsDefault ? ImmutableArray<OperationStep>.Empty : operation.Steps).Select(s => $"{ClusterText.Word(s.State),-7}  {s.Text}");
}
