using Mysos.Core.Clusters;

namespace Mysos.Dashboard.Actions;

/// <summary>What is wrong with a form: one text a field, and one for what belongs to no field of it.</summary>
public sealed class FieldErrors
{
    private readonly Dictionary<string, string> _byField = new(StringComparer.Ordinal);

    /// <summary>What no field of the form stands for: not connected, no backup store …</summary>
    public string? General { get; private set; }

    public bool Any => General is not null || _byField.Count > 0;

    /// <summary>The text at a field, or null.</summary>
    public string? this[string field] => _byField.GetValueOrDefault(Canonical(field));

    public void Clear()
    {
        _byField.Clear();
        General = null;
    }

    public void ClearGeneral() => General = null;

    public void Clear(string field) => _byField.Remove(Canonical(field));

    public void Set(string field, string text) => _byField[Canonical(field)] = text;

    public void SetGeneral(string text) => General = text;

    /// <summary>Puts a refusal where the reader can act on it.</summary>
    /// <param name="fields">The fields that this form has.</param>
    public void Apply(RequestException refusal, params ReadOnlySpan<string> fields)
    {
        if (refusal.Field is { } name)
        {
            var canonical = Canonical(name);
            foreach (var field in fields)
            {
                if (Canonical(field) == canonical)
                {
                    _byField[canonical] = refusal.Message;
                    return;
                }
            }
        }
        General = refusal.Message;
    }

    // The API speaks of cluster_password, of password (DELETE) and of size.mem; a form has one field for each.
    private static string Canonical(string field)
    {
        var word = field.ToLowerInvariant();
        word = word.StartsWith("cluster_", StringComparison.Ordinal) ? word["cluster_".Length..] : word;
        return word.StartsWith("size.", StringComparison.Ordinal) ? word["size.".Length..] : word;
    }
}
