namespace Mysos.Host.Commands;

/// <summary>What every command ends with; the help lists them.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    /// <summary>It was refused, or it failed.</summary>
    public const int Failed = 1;
    /// <summary>The command line or an option is wrong; nothing was done.</summary>
    public const int Usage = 2;
    public const int Timeout = 3;
    /// <summary>No Mysos answers at the address.</summary>
    public const int Unreachable = 4;
}
