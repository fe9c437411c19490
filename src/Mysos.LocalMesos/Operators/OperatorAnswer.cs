using System.Text.Json.Nodes;

namespace Mysos.LocalMesos.Operators;

/// <summary>The answer to an operator.</summary>
internal readonly record struct OperatorAnswer(int Status, string Body, bool IsJson = false)
{
    public static readonly OperatorAnswer Done = new(200, "");
    public static readonly OperatorAnswer Accepted = new(202, "");

    public static OperatorAnswer Json(JsonNode body) => new(200, body.ToJsonString(), IsJson: true);

    public static OperatorAnswer BadRequest(string why) => new(400, why);
}
