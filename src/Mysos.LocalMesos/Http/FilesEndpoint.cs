using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Mysos.LocalMesos.Containers;
using Mysos.LocalMesos.Operators;

namespace Mysos.LocalMesos.Http;

/// <summary>An agent's <c>/files/browse</c> and <c>/files/read</c>.</summary>
internal sealed class FilesEndpoint(AgentFiles files)
{
    private static readonly OperatorAnswer NotFound = new(404, "");

    public Task BrowseAsync(HttpContext context)
    {
        if (Query(context, "path") is not { } path)
            return Answers.WriteAsync(context, 400, "Expecting 'path=value' in query.\n");
        var entries = files.Browse(path);
        return Answers.WriteAsync(context, entries is null ? NotFound : OperatorAnswer.Json(ViewJson.Array(entries.Select(Entry))));
    }

    public Task ReadAsync(HttpContext context)
    {
        if (Query(context, "path") is not { } path)
            return Answers.WriteAsync(context, 400, "Expecting 'path=value' in query.\n");
        if (Number(context, "offset") is not { } offset)
            return Answers.WriteAsync(context, 400, "Failed to parse offset.\n");
        if (Number(context, "length") is not { } length)
            return Answers.WriteAsync(context, 400, "Failed to parse length.\n");
        var read = files.Read(path, offset < 0 ? null : offset, length < 0 ? null : (int)Math.Min(length, int.MaxValue));
        return Answers.WriteAsync(context, read is var (begin, text)
            ? OperatorAnswer.Json(new JsonObject { ["data"] = text, ["offset"] = begin })
            : NotFound);
    }

    private static JsonObject Entry(FileStatus file) => new()
    {
        ["gid"] = file.Group, ["mode"] = file.Mode, ["mtime"] = ViewJson.Seconds(file.Modified), ["nlink"] = file.Links,
        ["path"] = file.Path, ["size"] = file.Size, ["uid"] = file.User,
    };

    private static string? Query(HttpContext context, string name) =>
        context.Request.Query.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>-1 where there is none; null: it is not a number.</summary>
    private static long? Number(HttpContext context, string name) => Query(context, name) is not { } text ? -1
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
