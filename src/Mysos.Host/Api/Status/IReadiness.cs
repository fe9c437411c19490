namespace Mysos.Host.Api.Status;

/// <summary>Says whether this process can serve requests.</summary>
public interface IReadiness
{
    /// <summary>Answers at once, from what is known.</summary>
    Readiness Check();
}

/// <param name="WaitsFor">What is missing, as a sentence for people; null when ready.</param>
public sealed record Readiness(string? WaitsFor)
{
    public static Readiness Ready { get; } = new((string?)null);

    public bool IsReady => WaitsFor is null;
}
