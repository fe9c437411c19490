using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mysos.Core.Protocol;

namespace Mysos.Core.Security;

/// <summary>
/// The scheduler's side of <see cref="SealedAccounts"/>: seals an instance's accounts to the public key of its executor's
/// <see cref="Hello"/>. Each box has a sender key of its own, so its secret serves once.
/// </summary>
public static class AccountBox
{
    internal const int NonceSize = 12;
    internal const int TagSize = 16;

    /// <exception cref="InvalidDataException">The hello's public key is not an ECDH P-256 key.</exception>
    public static SealedAccounts Seal(Accounts accounts, Hello hello)
    {
        ArgumentNullException.ThrowIfNull(hello);
        using var receiver = ImportKey(hello.PublicKey, hello.TaskId);
        using var sender = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var senderKey = sender.ExportSubjectPublicKeyInfo();
        using var receiverKey = receiver.PublicKey;
        var secret = DeriveKey(sender, receiverKey, senderKey, hello.PublicKey);
        var plain = JsonSerializer.SerializeToUtf8Bytes(accounts, ProtocolJson.Default.Accounts);
        var nonce = RandomNumberGenerator.GetBytes(NonceSize);
        var ciphertext = new byte[plain.Length];
        var tag = new byte[TagSize];
        using (var aes = new AesGcm(secret, TagSize))
            aes.Encrypt(nonce, plain, ciphertext, tag, Encoding.UTF8.GetBytes(hello.TaskId));
        CryptographicOperations.ZeroMemory(plain);
        CryptographicOperations.ZeroMemory(secret);
        return new SealedAccounts
        {
            TaskId = hello.TaskId,
            ReceiverKey = hello.PublicKey,
            SenderKey = senderKey,
            Nonce = nonce,
            Ciphertext = ciphertext,
            Tag = tag,
        };
    }

    internal static ECDiffieHellman ImportKey(byte[] publicKey, string taskId)
    {
        var key = ECDiffieHellman.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            if (read == publicKey.Length && key.KeySize == 256)
                return key;
        }
        catch (CryptographicException)
        {
            // Said below, with the task it is about.
        }
        key.Dispose();
        throw new InvalidDataException($"The public key for task '{taskId}' is not an ECDH P-256 key (SubjectPublicKeyInfo, DER).");
    }

    /// <summary>HKDF-SHA256 over the shared secret; both public keys are bound into it.</summary>
    internal static byte[] DeriveKey(ECDiffieHellman own, ECDiffieHellmanPublicKey other, byte[] senderKey, byte[] receiverKey)
    {
        var shared = own.DeriveRawSecretAgreement(other);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, 32, salt: null, info: [.. "mysos accounts"u8, .. senderKey, .. receiverKey]);
        CryptographicOperations.ZeroMemory(shared);
        return key;
    }
}
