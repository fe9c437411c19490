using System.CommandLine;
using System.Net.Http.Headers;
using Mysos.Core.Clusters;
using Mysos.Host.Commands;
using Mysos.Host.Tls;

namespace Mysos.Host.Client;

/// <summary>A command that talks to a scheduler: it has the common options, and its failures become exit codes.</summary>
internal sealed class ClientCommand : Command
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);
    private readonly Option<string?> _api = ClientOptions.Api();
    private readonly Option<bool> _json = ClientOptions.Json();
    private readonly Option<string?> _ca = ClientOptions.Ca();
    private readonly Option<string?> _token = ClientOptions.TokenFile();
    private readonly CommandIo _io;

    public ClientCommand(CommandIo io, string name, string description)
        : base(name, description)
    {
        _io = io;
        Options.Add(_api);
        Options.Add(_ca);
        Options.Add(_token);
        Options.Add(_json);
    }

    /// <summary>Adds <c>--wait</c>; what it answers waits if that was given, and is null if it was not.</summary>
    public Func<ClientCall, string, Func<ClusterView?, int?>, Task<int>?> AddWait()
    {
        var (wait, timeout) = (ClientOptions.Wait(), ClientOptions.Timeout());
        Options.Add(wait);
        Options.Add(timeout);
        return (call, name, goal) => call.Parsed.GetValue(wait)
            ? Waiting.UntilAsync(call, name, ClientOptions.ReadTimeout(call.Parsed.GetValue(timeout)), goal)
            : null;
    }

    /// <param name="action">Returns the exit code.</param>
    public ClientCommand Does(Func<ClientCall, Task<int>> action)
    {
        SetAction((parsed, cancellation) => RunAsync(parsed, action, cancellation));
        return this;
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<ClientCall, Task<int>> action, CancellationToken cancellation)
    {
        try
        {
            using var http = await ConnectAsync(parsed);
            var call = new ClientCall(parsed, _io, new MysosApiClient(http), http.BaseAddress!, parsed.GetValue(_json), cancellation);
            return await action(call);
        }
        catch (UsageException e)
        {
            await _io.Error.WriteLineAsync($"mysos {Name}: {e.Message}");
            return ExitCodes.Usage;
        }
        catch (Exception e) when (e is MysosApiException or RequestException)
        {
            await _io.Error.WriteLineAsync($"mysos {Name}: {Table.Printable(e.Message)}");
            return ExitCodes.Failed;
        }
        catch (HttpRequestException e)
        {
            await _io.Error.WriteLineAsync($"mysos {Name}: no Mysos answers at {Address(parsed)}: {e.Message}");
            return ExitCodes.Unreachable;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCodes.Failed;
        }
        catch (TaskCanceledException)
        {
            await _io.Error.WriteLineAsync($"mysos {Name}: no Mysos answered at {Address(parsed)} within {RequestTimeout.TotalSeconds:0} seconds.");
            return ExitCodes.Unreachable;
        }
    }

    private Uri ApiOf(ParseResult parsed) => ClientOptions.ReadApi(parsed.GetValue(_api), _io);

    /// <summary>For what is asked while somebody types; null when the login would be read from standard input.</summary>
    /// <exception cref="UsageException">What is given is no address, token or certificate.</exception>
    public HttpClient? ConnectQuietly(ParseResult parsed, TimeSpan patience)
    {
        if (parsed.GetValue(_token) == "-")
            return null;
        // Files are all that it reads.
        var http = ConnectAsync(parsed).GetAwaiter().GetResult();
        http.Timeout = patience;
        return http;
    }

    private async Task<HttpClient> ConnectAsync(ParseResult parsed)
    {
        var address = ApiOf(parsed);
        var token = await ClientOptions.ReadTokenAsync(parsed.GetValue(_token), _io);
        // A redirect would be followed with the token and the cluster's password, wherever it leads.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, SslOptions = TlsFiles.ClientOptions(ClientOptions.ReadCa(parsed.GetValue(_ca), _io)) };
        var http = new HttpClient(handler) { BaseAddress = address, Timeout = RequestTimeout };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private string Address(ParseResult parsed) => ApiOf(parsed).GetLeftPart(UriPartial.Path).TrimEnd('/');
}

/// <summary>One run of a client command.</summary>
internal sealed record ClientCall(
    ParseResult Parsed, CommandIo Io, MysosApiClient Api, Uri Address, bool Json, CancellationToken Cancellation)
{
    /// <summary>Makes a request and prints its answer, or what it would do.</summary>
    /// <param name="then">What is waited for once it was accepted; null: nothing.</param>
    public async Task<int> DoAsync<T>(ClusterRequest<T> request, bool dryRun, Func<T, string> text, Func<T, Task<int>?> then)
    {
        if (dryRun)
            return await PrintAsync(await Api.DryRunAsync(request, Cancellation), a => string.Concat(a.Steps.Select(s => Table.Printable(s) + "\n")));
        var answer = await Api.AskAsync(request, Cancellation);
        var code = await PrintAsync(answer, text);
        return then(answer.Value) is { } waiting ? await waiting : code;
    }

    /// <summary>Prints the answer: as it came, or for people.</summary>
    public async Task<int> PrintAsync<T>(Answer<T> answer, Func<T, string> text)
    {
        await Io.Out.WriteAsync(Json ? System.Text.Encoding.UTF8.GetString(answer.Json) + "\n" : text(answer.Value));
        return ExitCodes.Ok;
    }
}
