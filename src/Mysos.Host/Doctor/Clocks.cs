using System.Globalization;

namespace Mysos.Host.Doctor;

/// <summary>Compares another machine's clock with this one's.</summary>
internal static class Clocks
{
    /// <summary>Far above what NTP leaves; events would be told in a wrong order.</summary>
    private static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(2);

    /// <param name="theirs">What the other clock said, cut to <paramref name="precision"/>.</param>
    /// <param name="asked">Here, before it was asked.</param>
    /// <param name="answered">Here, when it had answered.</param>
    public static Finding Compare(string whose, DateTimeOffset theirs, TimeSpan precision, DateTimeOffset asked, DateTimeOffset answered)
    {
        // It read its clock at some moment in between.
        var skew = theirs + precision < asked ? theirs + precision - asked : theirs > answered ? theirs - answered : TimeSpan.Zero;
        var subject = $"clock of {whose}";
        if (skew.Duration() <= Tolerated)
            return Finding.Ok(subject, "agrees with this machine's");
        var seconds = skew.Duration().TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        return Finding.Warn(subject, $"is {seconds} s {(skew > TimeSpan.Zero ? "ahead of" : "behind")} this machine's", "run an NTP service on all machines");
    }
}
