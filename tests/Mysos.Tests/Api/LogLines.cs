using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mysos.Tests.Api;

/// <summary>What a host has logged.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyCollection<LogLine> All => _lines;

    public IEnumerable<string> Of(int id) => _lines.Where(l => l.Id == id).Select(l => l.Text);

    public void Clear() => _lines.Clear();

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<LogLine> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new LogLine(category, eventId.Id, logLevel, formatter(state, exception)));
    }
}

internal sealed record LogLine(string Category, int Id, LogLevel Level, string Text);
