using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Mysos.Tests.Api;

/// <summary><c>ETag</c> and <c>If-Match</c>.</summary>
public sealed class PreconditionTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Change_WithTheTagThatWasRead_IsDoneOnce()
    {
        host.Clusters.Put(InMemoryClusters.Cluster("tagged"));
        var read = await host.Http.GetAsync("/clusters/tagged");
        var tag = read.Headers.ETag.ShouldNotBeNull();
        tag.Tag.ShouldBe($"\"{(await read.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("version").GetString()}\"");

        (await ResizeAsync("tagged", tag.Tag)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var late = await ResizeAsync("tagged", tag.Tag);

        late.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        var problem = await late.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("field").GetString().ShouldBe("If-Match");
        problem.GetProperty("title").GetString().ShouldBe("Precondition Failed");
    }

    [Theory]
    [InlineData("W/\"aa01\"", HttpStatusCode.OK)]
    [InlineData("*", HttpStatusCode.OK)]
    [InlineData("aa01", HttpStatusCode.BadRequest)]
    [InlineData("\"\"", HttpStatusCode.BadRequest)]
    [InlineData("\"aa01\", \"aa02\"", HttpStatusCode.BadRequest)]
    [InlineData("\"ffff\"", HttpStatusCode.PreconditionFailed)]
    public async Task Change_WithAnIfMatch_NeedsOneTag(string header, HttpStatusCode status)
    {
        host.Clusters.Put(InMemoryClusters.Cluster("matched"));

        (await ResizeAsync("matched", header)).StatusCode.ShouldBe(status);
    }

    private Task<HttpResponseMessage> ResizeAsync(string cluster, string ifMatch)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"/clusters/{cluster}") { Content = JsonContent.Create(new { num_nodes = 3, password = "secret" }) };
        request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return host.Http.SendAsync(request);
    }
}
