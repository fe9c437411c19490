using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Controllers;

namespace Mysos.Host.Composition;

/// <summary>The controllers of this program and no others; they are internal, as nothing else uses them.</summary>
internal sealed class InternalControllers : ControllerFeatureProvider
{
    protected override bool IsController(TypeInfo typeInfo) =>
        typeInfo.Assembly == typeof(InternalControllers).Assembly &&
        typeInfo is { IsClass: true, IsAbstract: false } && typeof(ControllerBase).IsAssignableFrom(typeInfo);
}
