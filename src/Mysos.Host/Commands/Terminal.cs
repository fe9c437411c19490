using System.Text;

namespace Mysos.Host.Commands;

/// <summary>What needs a real terminal.</summary>
internal static class Terminal
{
    /// <summary>The next key that was pressed, without showing it; null: there is none yet.</summary>
    public static ConsoleKeyInfo? ReadKey() => Console.KeyAvailable ? Console.ReadKey(intercept: true) : null;

    /// <summary>Reads a line without showing it.</summary>
    public static string ReadHidden()
    {
        var line = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return line.ToString();
                case ConsoleKey.Backspace:
                    line.Length = Math.Max(0, line.Length - 1);
                    break;
                default:
                    if (!char.IsControl(key.KeyChar))
                        line.Append(key.KeyChar);
                    break;
            }
        }
    }
}
