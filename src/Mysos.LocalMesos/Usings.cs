// A task here is Mesos', not .NET's.
global using TaskStatus = Mysos.Core.Mesos.TaskStatus;

// Processes, sessions and /proc are Linux'.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
