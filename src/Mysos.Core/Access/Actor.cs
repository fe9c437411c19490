namespace Mysos.Core.Access;

/// <summary>Who asks for something.</summary>
/// <param name="Name">As they logged in; null where no login is asked for.</param>
/// <param name="From">The address that the request came from.</param>
public sealed record Actor(string? Name, string From, Role Role)
{
    /// <summary><c>anna from 10.0.0.7</c>.</summary>
    public override string ToString() => $"{Name ?? "somebody"} from {From}";
}
