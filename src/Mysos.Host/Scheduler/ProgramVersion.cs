using System.Reflection;

namespace Mysos.Host.Scheduler;

/// <summary>The version of this program, without the commit that it was built from.</summary>
internal static class ProgramVersion
{
    public static string? Text { get; } = typeof(ProgramVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
}
