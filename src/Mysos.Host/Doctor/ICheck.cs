namespace Mysos.Host.Doctor;

/// <summary>Looks at one part of a deployment. It changes nothing that stays.</summary>
internal interface ICheck
{
    /// <summary>What is looked at, for findings that come from elsewhere: it took too long, or failed unexpectedly.</summary>
    string Subject { get; }

    IAsyncEnumerable<Finding> LookAsync(CancellationToken cancellation);
}
