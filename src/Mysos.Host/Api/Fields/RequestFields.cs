using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Elections;

namespace Mysos.Host.Api.Fields;

/// <summary>The fields of a request, whatever kind of body they came in. An absent field and a JSON null are the same.</summary>
internal sealed class RequestFields(IReadOnlyCollection<FieldSpec> known)
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);

    /// <exception cref="RequestException">400: there is no such field, or it came already.</exception>
    public void Add(string name, string? value)
    {
        if (known.All(f => f.Name != name))
        {
            throw Refuse(Shown(name), $"There is no field '{Shown(name)}' in this request; the fields are {string.Join(", ", known.Select(f => f.Name))}.");
        }

        if (!_values.TryAdd(name, value))
        {
            throw Refuse(name, $"The field {name} is given more than once; give it once.");
        }

        if (value?.Contains('\uFFFD', StringComparison.Ordinal) == true)
        {
            throw Refuse(name, $"The field {name} is not proper UTF-8 text, or not properly escaped.");
        }
    }

    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <exception cref="RequestException">400: it is absent or empty.</exception>
    public string RequiredText(string name) => Text(name) is { Length: > 0 } text
        ? text
        : throw Refuse(name, $"The field {name} is missing; it is required.");

    /// <exception cref="RequestException">400: it is not a whole number (<paramref name="range"/> says which are right).</exception>
    public int? WholeNumber(string name, string range) => Text(name) is { } text ? ParseWholeNumber(name, text, range) : null;

    /// <inheritdoc cref="WholeNumber"/>
    public int RequiredWholeNumber(string name, string range) => ParseWholeNumber(name, RequiredText(name), range);

    /// <inheritdoc cref="WholeNumber"/>
    public static int ParseWholeNumber(string name, string text, string range) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Refuse(name, $"{name} is '{Shown(text)}'; it must be a whole number {range}.");

    /// <summary>False when it is absent.</summary>
    /// <exception cref="RequestException">400: it is neither <c>true</c> nor <c>false</c>.</exception>
    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        var text => throw Refuse(name, $"{name} is '{Shown(text)}'; it must be true or false."),
    };

    /// <exception cref="RequestException">400: it is no size.</exception>
    public ClusterSize? Size(string name) => Text(name) is { } text ? ClusterSizeText.Parse(text) : null;

    /// <summary>Null when it is absent. So is <see cref="ElectionTimeout"/>.</summary>
    /// <exception cref="RequestException">400: it is none.</exception>
    public Setting<ElectionPolicy>? ElectionPolicy() => Text("election_policy") is { } text ? ElectionText.ParsePolicy(text) : null;

    /// <inheritdoc cref="ElectionPolicy"/>
    public Setting<TimeSpan>? ElectionTimeout() => Text("election_timeout") is { } text ? ElectionText.ParseTimeout(text) : null;

    /// <inheritdoc cref="ElectionPolicy"/>
    public Setting<int>? SyncReplicas() => Text("sync_replicas") is { } text ? ElectionText.ParseSyncReplicas(text) : null;

    private static RequestException Refuse(string field, string detail) => new(StatusCodes.Status400BadRequest, field, detail);

    private static string Shown(string text)
    {
        var start = text.Length <= 64 ? text : text[..64] + "…";
        return string.Concat(start.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }
}
