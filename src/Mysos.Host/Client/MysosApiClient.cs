using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mysos.Core.Clusters;
using Mysos.Host.Api.Errors;

namespace Mysos.Host.Client;

/// <summary>
/// The REST API, typed. Every call throws <see cref="MysosApiException"/> when it is refused and
/// <see cref="HttpRequestException"/> (or <see cref="TaskCanceledException"/>, when it takes too long) when there is no answer.
/// </summary>
public sealed class MysosApiClient(HttpClient http)
{
    /// <summary>Safe to repeat with the same key.</summary>
    public Task<Answer<CreateAnswer>> CreateAsync(string name, CreateBody body, string idempotencyKey, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, Path(name), JsonSerializer.SerializeToUtf8Bytes(body, ClientJson.Default.CreateBody),
            ApiJson.Default.CreateAnswer, cancellation, idempotencyKey);

    public Task<Answer<ClusterView[]>> ListAsync(CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, "clusters", null, ApiJson.Default.ClusterViewArray, cancellation);

    public Task<Answer<ClusterView>> GetAsync(string name, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, Path(name), null, ApiJson.Default.ClusterView, cancellation);

    public Task<Answer<ResizeAnswer>> ResizeAsync(string name, int numNodes, string password, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Put, Path(name), JsonSerializer.SerializeToUtf8Bytes(new ResizeBody(numNodes, password), ClientJson.Default.ResizeBody),
            ApiJson.Default.ResizeAnswer, cancellation);

    public Task<Answer<BackupAnswer>> BackupAsync(string name, string password, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"{Path(name)}/backups", Password(password), ApiJson.Default.BackupAnswer, cancellation);

    public Task<Answer<DeleteAnswer>> DeleteAsync(string name, string password, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Delete, Path(name), Password(password), ApiJson.Default.DeleteAnswer, cancellation);

    private static string Path(string name) => $"clusters/{Uri.EscapeDataString(name)}";

    private static byte[] Password(string password) => JsonSerializer.SerializeToUtf8Bytes(new PasswordBody(password), ClientJson.Default.PasswordBody);

    private async Task<Answer<T>> SendAsync<T>(
        HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> type, CancellationToken cancellation, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await http.SendAsync(request, cancellation);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (!response.IsSuccessStatusCode)
            throw Refusal(response.StatusCode, response.Content.Headers.ContentType?.MediaType, answer);
        try
        {
            return new Answer<T>(JsonSerializer.Deserialize(answer, type) ?? throw new JsonException("null"), answer);
        }
        catch (JsonException e)
        {
            throw new MysosApiException(response.StatusCode, null, $"The answer is none of Mysos' ({e.Message}); is the address right?");
        }
    }

    private static MysosApiException Refusal(HttpStatusCode status, string? mediaType, byte[] answer)
    {
        if (mediaType == Problems.ContentType)
        {
            try
            {
                if (JsonSerializer.Deserialize(answer, ProblemJson.Default.ProblemBody) is { Detail: not null } problem)
                    return new MysosApiException(status, problem.Field, problem.Detail);
            }
            catch (JsonException)
            {
                // Then it is somebody else's.
            }
        }

        return new MysosApiException(status, null, $"The answer is HTTP {(int)status}, not Mysos'; is the address right?");
    }
}

/// <param name="Json">As it came, for programs.</param>
public sealed record Answer<T>(T Value, byte[] Json);

/// <summary>Mysos refused the request.</summary>
public sealed class MysosApiException(HttpStatusCode status, string? field, string detail) : Exception(detail)
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>The field that is wrong; null when it is none.</summary>
    public string? Field { get; } = field;
}

/// <summary>The fields of a creation; null ones are left out.</summary>
public sealed record CreateBody(string ClusterUser, int? NumNodes, string? Size, string? BackupId, string? ClusterPassword);

internal sealed record ResizeBody(int NumNodes, string Password);

internal sealed record PasswordBody(string Password);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateBody))]
[JsonSerializable(typeof(ResizeBody))]
[JsonSerializable(typeof(PasswordBody))]
internal sealed partial class ClientJson : JsonSerializerContext;
