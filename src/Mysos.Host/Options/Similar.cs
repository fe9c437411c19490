namespace Mysos.Host.Options;

/// <summary>Finds what a misspelt word was meant to be.</summary>
internal static class Similar
{
    /// <summary><c> Did you mean port?</c>, with a space before it, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> known)
    {
        var best = known.Select(k => (Word: k, Distance: Distance(word.ToLowerInvariant(), k))).MinBy(k => k.Distance);
        return best.Word is not null && best.Distance <= Math.Max(2, word.Length / 3) ? $" Did you mean {best.Word}?" : "";
    }

    /// <summary>Levenshtein's.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}
