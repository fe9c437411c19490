using System.Text.Json;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Api;

public sealed class BadRequestTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Theory]
    [ClassData(typeof(BadRequests))]
    public async Task Request_ThatIsBad_IsAnsweredWithAProblem(BadRequest request)
    {
        var before = host.Clusters.Current;

        var answer = await RawHttp.SendAsync(host.Port, request.Method, request.Target, request.ContentType, request.BodyBytes, request.Headers);

        answer.Status.ShouldBe(request.Status, answer.Body);
        ShouldBeProblem(answer, request.Status);
        if (request.Field is not null)
        {
            answer.Json.GetProperty("field").GetString().ShouldBe(request.Field);
        }

        host.Clusters.Current.ShouldBeSameAs(before);
    }

    private static void ShouldBeProblem(RawAnswer answer, int status)
    {
        answer.Headers["Content-Type"].ShouldBe("application/problem+json");
        answer.Headers["X-Content-Type-Options"].ShouldBe("nosniff");
        answer.Headers.ShouldNotContainKey("Server");
        var problem = answer.Json;
        problem.EnumerateObject().Select(p => p.Name).ShouldBe(["type", "title", "status", "detail", "field"]);
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("field").ValueKind.ShouldBeOneOf(JsonValueKind.String, JsonValueKind.Null);
        answer.Body.ShouldNotContain("   at ");
    }
}
