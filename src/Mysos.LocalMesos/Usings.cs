// A task here is Mesos', not .NET's.
global using TaskStatus = Mysos.Core.Mesos.TaskStatus;
