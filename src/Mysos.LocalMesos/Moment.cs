namespace Mysos.LocalMesos;

/// <summary>One reading of both clocks: <see cref="Up"/> never jumps and is for deadlines, <see cref="Wall"/> is for what others read.</summary>
internal readonly record struct Moment(TimeSpan Up, DateTimeOffset Wall)
{
    /// <summary>Seconds since 1970, as in a TaskStatus.</summary>
    public double Timestamp => (Wall - DateTimeOffset.UnixEpoch).Ticks / 1e7;
}
