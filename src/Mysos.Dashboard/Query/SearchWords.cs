namespace Mysos.Dashboard.Query;

/// <summary>A search: words that all must occur, in any case.</summary>
internal sealed class SearchWords(string search)
{
    private readonly string[] _words = search.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    public bool Match(string text)
    {
        foreach (var word in _words)
        {
            if (!text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }
        return true;
    }
}
