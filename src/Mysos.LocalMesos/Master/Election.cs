using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Master;

/// <summary>Who leads, and since when.</summary>
/// <param name="Info">The master.</param>
/// <param name="StartedAt">The start of its process, from which its cycles of offers count.</param>
/// <param name="ElectedAt">When it became the leader.</param>
internal sealed record Election(MasterInfo Info, Moment StartedAt, Moment ElectedAt);
