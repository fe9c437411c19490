using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Mysos.Tests.LongestFirst))]

namespace Mysos.Tests;

/// <summary>Collections of many classes begin first, and the others always in the same mixed order: no processor waits at the end for one long collection that began last.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => c.TestCollectionClassName is null).ThenBy(c => c.UniqueID, StringComparer.Ordinal)];
}
