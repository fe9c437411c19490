using System.Globalization;

namespace Mysos.Simulator;

/// <summary>The log of a world, for a person who replays a seed; off, it costs nothing.</summary>
internal sealed class Journal(Clock clock, TextWriter? to)
{
    public bool On => to is not null;

    public void Write(string who, string what) =>
        to?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,11:F5} {who,-12} {what}"));

    /// <summary>What a process writes, its own time left out.</summary>
    public TextWriter For(string who) => to is null ? TextWriter.Null : new Lines(this, who);

    private sealed class Lines(Journal journal, string who) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.Write(value);
            journal.Write(who, ToString()[(ToString().IndexOf('Z', StringComparison.Ordinal) + 2)..]);
            GetStringBuilder().Clear();
        }
    }
}
