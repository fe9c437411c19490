namespace Mysos.LocalMesos.Master;

/// <summary>Status and body of the answer to a call.</summary>
internal readonly record struct CallResult(int Status, string Body)
{
    /// <summary>The call was understood; what it causes comes as events.</summary>
    public static readonly CallResult Accepted = new(202, "");

    public static CallResult BadRequest(string body) => new(400, body);
}
