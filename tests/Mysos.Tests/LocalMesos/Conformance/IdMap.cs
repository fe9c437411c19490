using System.Text.RegularExpressions;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>
/// What is called otherwise here than in the recording: ids (always the same recorded one for the same one here, and the
/// other way round), and ports, paths and commands, which are known beforehand.
/// </summary>
internal sealed partial class IdMap
{
    private readonly List<(string Recorded, string Here)> _texts = [];
    private readonly Dictionary<string, string> _here = [];
    private readonly Dictionary<string, string> _recorded = [];

    /// <summary>A text that stands for another in every string.</summary>
    public void Add(string recorded, string here) => _texts.Add((recorded, here));

    /// <summary>The recorded text in the words of here; ids that have not been met stay.</summary>
    public string ToHere(string recorded) => Ids().Replace(Fixed(recorded), id => _here.GetValueOrDefault(id.Value, id.Value));

    /// <summary>Whether both say the same; ids met for the first time are paired.</summary>
    public bool IsSame(string recorded, string here)
    {
        var expected = Fixed(recorded);
        var (theirs, mine) = (Ids().Matches(expected), Ids().Matches(here));
        return theirs.Count == mine.Count
            && Ids().Replace(expected, "#") == Ids().Replace(here, "#")
            && theirs.Zip(mine).All(pair => IsPair(pair.First.Value, pair.Second.Value));
    }

    /// <summary>Whether both are the same id, or have not been met.</summary>
    public bool IsPair(string recorded, string here)
    {
        if (_here.TryGetValue(recorded, out var known))
            return known == here;
        if (!_recorded.TryAdd(here, recorded))
            return false;
        _here.Add(recorded, here);
        return true;
    }

    private string Fixed(string recorded) => _texts.Aggregate(recorded, (text, each) => text.Replace(each.Recorded, each.Here));

    /// <summary>UUIDs, also with Mesos' suffixes for frameworks, offers and agents; and UUIDs in base64.</summary>
    [GeneratedRegex(@"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-O\d+|-S\d+|-\d{4})?|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{22}==")]
    private static partial Regex Ids();
}
