namespace Mysos.Host.Client.Top;

/// <summary>What keys do in <c>mysos top</c>.</summary>
internal static class TopKeys
{
    public static bool IsEnd(ConsoleKeyInfo key) => key.KeyChar is 'q' or 'Q' or '\u001b';

    /// <summary>The first line that is shown after the key.</summary>
    /// <param name="first">And before it.</param>
    /// <param name="room">How many lines are shown.</param>
    /// <param name="count">How many there are.</param>
    public static int Scroll(ConsoleKey key, int first, int room, int count) => Within(room, count, key switch
    {
        ConsoleKey.UpArrow => first - 1,
        ConsoleKey.DownArrow => first + 1,
        ConsoleKey.PageUp => first - room,
        ConsoleKey.PageDown => first + room,
        ConsoleKey.Home => 0,
        ConsoleKey.End => count,
        _ => first,
    });

    /// <summary>The last page is full, where there are enough lines.</summary>
    public static int Within(int room, int count, int first) => Math.Clamp(first, 0, Math.Max(0, count - room));
}
