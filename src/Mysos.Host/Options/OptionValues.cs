using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.ZooKeeper;

namespace Mysos.Host.Options;

/// <summary>Turns texts into values and collects what is wrong. A value that is wrong reads as its default.</summary>
internal sealed class OptionValues(OptionSources sources)
{
    private readonly List<string> _problems = [];

    public IReadOnlyList<string> Problems => _problems;

    public void Wrong(string name, string problem) => _problems.Add($"{Origin(name)}: {problem}");

    public bool IsGiven(string name) => Find(name) is not null;

    public string? Text(string name)
    {
        if (Find(name) is not { } found)
            return null;
        if (found.Value.Length > 0 && !found.Value.Any(char.IsControl))
            return found.Value;
        Add(found.Origin, "it is empty or has control characters; give it a value or leave it out.");
        return null;
    }

    /// <summary>A text, and a problem when there is none.</summary>
    public string? Required(string name, string meaning)
    {
        if (Find(name) is not null)
            return Text(name);
        _problems.Add($"--{name}: it is missing; give {meaning}.");
        return null;
    }

    public int Number(string name, int fallback, int min, int max)
    {
        if (Text(name) is not { } text)
            return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Wrong(name, $"'{text}' is not a whole number from {Invariant(min)} to {Invariant(max)}.");
        return fallback;
    }

    public TimeSpan Duration(string name, TimeSpan fallback, TimeSpan min, TimeSpan max)
    {
        if (Text(name) is not { } text)
            return fallback;
        if (!Durations.TryParse(text, out var duration))
            Wrong(name, $"'{text}' is not a length of time such as 60s, 1h30m or 14d (units: ms, s, m, h, d, w).");
        else if (duration < min || duration > max)
            Wrong(name, $"'{text}' is out of range; it must be from {Durations.Format(min)} to {Durations.Format(max)}.");
        else
            return duration;
        return fallback;
    }

    public T Choice<T>(string name, T fallback)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
            return fallback;
        foreach (var choice in Enum.GetValues<T>())
        {
            if (choice.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                return choice;
        }

        Wrong(name, $"'{text}' is not one of {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}.");
        return fallback;
    }

    public bool Switch(string name)
    {
        if (Find(name) is not { } found)
            return false;
        if (bool.TryParse(found.Value, out var on))
            return on;
        Add(found.Origin, $"'{found.Value}' is not true or false.");
        return false;
    }

    public IPAddress Address(string name, IPAddress fallback)
    {
        if (Text(name) is not { } text)
            return fallback;
        if (IPAddress.TryParse(text, out var address))
            return address;
        Wrong(name, $"'{text}' is not an IP address such as 0.0.0.0, 127.0.0.1 or ::.");
        return fallback;
    }

    /// <summary>An address of HTTP.</summary>
    public Uri? Web(string name, string example)
    {
        if (Text(name) is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", UserInfo: "" })
            return uri;
        Wrong(name, $"it is not an address such as {example}.");
        return null;
    }

    public ZooKeeperUrl? ZooKeeper(string name, string? text)
    {
        if (text is null)
            return null;
        if (!ZooKeeperUrl.TryParse(text, out var url, out var problem))
            Wrong(name, problem);
        else if (url.Path == "/")
            Wrong(name, "it has no path; it looks like zk://host1:2181,host2:2181/mysos.");
        return url;
    }

    public ClusterSize Size(string name, ClusterSize fallback)
    {
        if (Text(name) is not { } text)
            return fallback;
        try
        {
            var size = ClusterSizeText.Parse(text);
            return ClusterRules.CheckSize(size) is { } error ? throw error.ToException() : size;
        }
        catch (RequestException e)
        {
            Wrong(name, e.Message);
            return fallback;
        }
    }

    /// <summary><c>[{"name": "A", "value": "b"}]</c>, as the first Mysos took it, or <c>{"A": "b"}</c>.</summary>
    public ImmutableSortedDictionary<string, string> Variables(string name)
    {
        var variables = ImmutableSortedDictionary<string, string>.Empty;
        if (Text(name) is not { } text)
            return variables;
        try
        {
            using var document = JsonDocument.Parse(text);
            var pairs = document.RootElement.ValueKind == JsonValueKind.Array
                ? document.RootElement.EnumerateArray().Select(e => (Name: e.GetProperty("name").GetString(), Value: e.GetProperty("value").GetString()))
                : document.RootElement.EnumerateObject().Select(p => (Name: (string?)p.Name, Value: p.Value.GetString()));
            foreach (var (variable, value) in pairs)
            {
                if (string.IsNullOrEmpty(variable) || value is null || variable.Contains('=', StringComparison.Ordinal) || variable.Any(char.IsControl))
                    throw new FormatException();
                variables = variables.SetItem(variable, value);
            }

            return variables;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // The values may be secrets, so the message does not quote them.
            Wrong(name, """it is not a JSON list such as [{"name": "A", "value": "b"}], nor a dictionary such as {"A": "b"}.""");
            return variables;
        }
    }

    private (string Value, string Origin)? Find(string name) => sources.Find(Flags.All.Single(f => f.Name == name));

    private string Origin(string name) => Find(name)?.Origin ?? $"--{name}";

    private void Add(string origin, string problem) => _problems.Add($"{origin}: {problem}");

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);
}
