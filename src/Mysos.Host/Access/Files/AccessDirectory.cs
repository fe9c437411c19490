using System.Reactive;
using System.Reactive.Subjects;

namespace Mysos.Host.Access.Files;

/// <summary>Who may log in now. It follows the file; one that is wrong changes nothing, and is logged.</summary>
internal sealed partial class AccessDirectory : IDisposable
{
    private readonly string? _path;
    private readonly ILogger<AccessDirectory> _log;
    private readonly FileChanges? _watch;
    private readonly Subject<Unit> _changes = new();
    private volatile AccessFile _current;

    public AccessDirectory(AccessSettings settings, TimeProvider time, ILogger<AccessDirectory> log)
    {
        (_path, _current, _log) = (settings.AuthFile, settings.File ?? AccessFile.Empty, log);
        _watch = _path is null ? null : new FileChanges([_path], Reload, time);
    }

    public AccessFile Current => _current;

    /// <summary>After each change of <see cref="Current"/>.</summary>
    public IObservable<Unit> Changes => _changes;

    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static Options.Read<AccessFile> Load(string path)
    {
        var read = AccessFileReader.Parse(PrivateFile.ReadText(path));
        return read with { Problems = [.. read.Problems.Select(p => $"'{path}', {p}.")] };
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _changes.Dispose();
    }

    private void Reload()
    {
        string problem;
        try
        {
            var read = Load(_path!);
            if (read.Options is { } file)
            {
                _current = file;
                Reloaded(_path!, file.Users.Count, file.Tokens.Count);
                _changes.OnNext(Unit.Default);
                return;
            }
            problem = string.Join(' ', read.Problems);
        }
        catch (InvalidDataException e)
        {
            problem = e.Message;
        }
        NotReloaded(problem);
    }

    [LoggerMessage(220, LogLevel.Information, "{Path} has changed: {Users} users and {Tokens} tokens from now on")]
    private partial void Reloaded(string path, int users, int tokens);

    [LoggerMessage(221, LogLevel.Error, "--auth_file has changed and is wrong, so what it said before holds on: {Problem}")]
    private partial void NotReloaded(string problem);
}
