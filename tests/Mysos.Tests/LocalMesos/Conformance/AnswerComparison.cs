using System.Globalization;
using Mysos.Tests.Mesos;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>Compares the answer to a request: status, headers, body.</summary>
internal sealed class AnswerComparison(IdMap ids, JsonComparison json)
{
    public async Task<IReadOnlyList<string>> DifferencesAsync(TraceLine line, HttpResponseMessage response)
    {
        var differences = new List<string>();
        var status = line.Status;
        if ((int)response.StatusCode != status)
            differences.Add($"status\n      Mesos: {status} {line.Text("body")}\n      here:  {(int)response.StatusCode} {await BodyAsync(response)}");
        // In 19, some answers are noted without all of their headers.
        if (line.Text("note") is null)
            differences.AddRange(Headers(line.Headers, response));
        if (differences.Count == 0 && line.Text("body") is { } expected)
            differences.AddRange(Bodies(expected, await BodyAsync(response), response));
        return differences;
    }

    private IEnumerable<string> Headers((string Name, string Value)[] recorded, HttpResponseMessage response)
    {
        var here = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        if (response.Content.Headers.ContentLength is { } length)
            here["Content-Length"] = length.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in recorded)
        {
            if (!here.TryGetValue(name, out var mine))
                yield return $"header {name} is missing; Mesos: {value}";
            else if (name is not ("Date" or "Content-Length") && !ids.IsSame(value, mine))
                yield return $"header {name}\n      Mesos: {value}\n      here:  {mine}";
        }
        foreach (var (name, value) in here.Where(header => !recorded.Any(each => each.Name.Equals(header.Key, StringComparison.OrdinalIgnoreCase))))
            yield return $"header {name} is not in Mesos' answer: {value}";
    }

    private IEnumerable<string> Bodies(string recorded, string here, HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
            return json.Differences(recorded, here);
        return ids.IsSame(recorded, here) ? [] : [$"body\n      Mesos: {recorded}\n      here:  {here}"];
    }

    private static async Task<string> BodyAsync(HttpResponseMessage response) =>
        response.Content.Headers.ContentLength is null ? "" : await response.Content.ReadAsStringAsync();
}
