namespace Mysos.Core.Protocol;

// How a node that is rebuilt gets the data of another one. Each side says again what is, until the copy is there.

/// <summary>For a slave whose data are made anew: whose data it begins with, instead of the master's first transaction.</summary>
/// <param name="Server">Its mysqld.</param>
/// <param name="Port">Of its <see cref="CopyOffer"/>; 0 before it has made one. MySQL copies through mysqld's own port and makes none.</param>
/// <param name="MbPerSecond">A copy is not to go faster; MB of 2^20 bytes.</param>
public sealed record Donor(int Node, Endpoint Server, int Port, int MbPerSecond);

/// <summary>For a donor: the node that may copy its data, and how fast.</summary>
public sealed record CopyGrant(int Node, int MbPerSecond);

/// <summary>Of a donor: the port at which the node that it was granted to gets a copy.</summary>
public sealed record CopyOffer(int Node, int Port);
