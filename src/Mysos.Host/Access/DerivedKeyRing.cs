using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Mysos.Core.Security;

namespace Mysos.Host.Access;

/// <summary>
/// ASP.NET's key ring with one key, which comes from the scheduler key: nothing is to be stored or shared, and another scheduler
/// key ends all sessions.
/// </summary>
/// <remarks>The form is <see href="https://learn.microsoft.com/aspnet/core/security/data-protection/implementation/key-storage-format">documented</see>.</remarks>
internal sealed class DerivedKeyRing(SchedulerKey key) : IXmlRepository
{
    private const int MasterKeyBytes = 64;

    public IReadOnlyCollection<XElement> GetAllElements() =>
    [
        new XElement("key",
            new XAttribute("id", new Guid(key.Derive("mysos cookies: id of the key", 16))),
            new XAttribute("version", 1),
            new XElement("creationDate", "2000-01-01T00:00:00Z"),
            new XElement("activationDate", "2000-01-01T00:00:00Z"),
            new XElement("expirationDate", "9999-01-01T00:00:00Z"),
            new XElement("descriptor",
                new XAttribute("deserializerType", typeof(AuthenticatedEncryptorDescriptorDeserializer).AssemblyQualifiedName!),
                new XElement("descriptor",
                    new XElement("encryption", new XAttribute("algorithm", "AES_256_GCM")),
                    new XElement("masterKey", new XElement("value", Convert.ToBase64String(key.Derive("mysos cookies", MasterKeyBytes))))))),
    ];

    public void StoreElement(XElement element, string friendlyName) =>
        throw new NotSupportedException("The only key comes from the scheduler key.");
}
