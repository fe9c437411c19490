using System.Text;

namespace Mysos.Executor.Servers;

/// <summary>Literals for SQL. Control characters are refused: nothing here needs them, and an init file is read by lines.</summary>
internal static class SqlText
{
    /// <summary>A string literal, in single quotes. Holds for servers whose <c>sql_mode</c> has no NO_BACKSLASH_ESCAPES.</summary>
    /// <exception cref="FormatException">A control character.</exception>
    public static string Literal(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('\'');
        foreach (var c in text)
        {
            if (char.IsControl(c))
                throw new FormatException($"A value for SQL holds the control character U+{(int)c:X4}; it must be printable text.");
            if (c is '\'' or '\\')
                quoted.Append(c == '\'' ? '\'' : '\\');
            quoted.Append(c);
        }
        return quoted.Append('\'').ToString();
    }

    /// <summary><c>'user'@'%'</c>.</summary>
    public static string Everywhere(string user) => $"{Literal(user)}@'%'";

    /// <summary>A condition, with nothing in it that LIKE would take for more than a letter.</summary>
    public static string BeginsWith(string column, string text) => $"LEFT({column}, {text.Length}) = {Literal(text)}";

    /// <summary><c>'user'@'localhost'</c>: through the unix socket.</summary>
    public static string Here(string user) => $"{Literal(user)}@'localhost'";
}
