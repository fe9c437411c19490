namespace Mysos.Host.Doctor;

/// <summary>What was found of one thing.</summary>
/// <param name="Subject">What was looked at, in a word or two.</param>
/// <param name="Text">How it is.</param>
/// <param name="Mend">What would be right; null: it is.</param>
internal sealed record Finding(Health Health, string Subject, string Text, string? Mend)
{
    public static Finding Ok(string subject, string text) => new(Health.Ok, subject, text, null);

    /// <summary>It works, with something to know.</summary>
    public static Finding Warn(string subject, string text, string mend) => new(Health.Warn, subject, text, mend);

    /// <summary>A scheduler does not work so.</summary>
    public static Finding Fail(string subject, string text, string mend) => new(Health.Fail, subject, text, mend);
}

internal enum Health { Ok, Warn, Fail }
