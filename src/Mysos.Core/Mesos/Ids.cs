namespace Mysos.Core.Mesos;

// Mesos' identifiers: each is `{"value":"…"}` on the wire, as its protobuf messages are.

public readonly record struct FrameworkId(string Value) { public override string ToString() => Value; }

public readonly record struct AgentId(string Value) { public override string ToString() => Value; }

public readonly record struct ExecutorId(string Value) { public override string ToString() => Value; }

public readonly record struct TaskId(string Value) { public override string ToString() => Value; }

public readonly record struct OfferId(string Value) { public override string ToString() => Value; }

public readonly record struct OperationId(string Value) { public override string ToString() => Value; }

public readonly record struct ContainerId(string Value) { public override string ToString() => Value; }

public readonly record struct ResourceProviderId(string Value) { public override string ToString() => Value; }
