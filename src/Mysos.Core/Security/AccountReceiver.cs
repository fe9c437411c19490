using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mysos.Core.Protocol;

namespace Mysos.Core.Security;

/// <summary>
/// The executor's side of <see cref="SealedAccounts"/>: a fresh key pair, whose private half never leaves this process.
/// Dispose it when the accounts have come; no later box can then be opened.
/// </summary>
public sealed class AccountReceiver : IDisposable
{
    private readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _publicKey;
    private string? _taskId;

    public AccountReceiver() => _publicKey = _key.ExportSubjectPublicKeyInfo();

    /// <summary>The request; the same key each time, so an answer to any of them opens.</summary>
    public Hello CreateHello(string taskId)
    {
        _taskId = taskId;
        return new() { TaskId = taskId, PublicKey = _publicKey };
    }

    /// <summary>
    /// Opens the answer to <see cref="CreateHello"/>. Null when it was sealed to another key or for another task than the
    /// hello's, or damaged: ask again.
    /// </summary>
    public Accounts? TryOpen(SealedAccounts box)
    {
        ArgumentNullException.ThrowIfNull(box);
        if (box.TaskId != _taskId || !box.ReceiverKey.AsSpan().SequenceEqual(_publicKey)
            || box.Nonce.Length != AccountBox.NonceSize || box.Tag.Length != AccountBox.TagSize)
            return null;
        byte[]? secret = null;
        var plain = new byte[box.Ciphertext.Length];
        try
        {
            using var sender = AccountBox.ImportKey(box.SenderKey, box.TaskId);
            using var senderKey = sender.PublicKey;
            secret = AccountBox.DeriveKey(_key, senderKey, box.SenderKey, _publicKey);
            using var aes = new AesGcm(secret, AccountBox.TagSize);
            aes.Decrypt(box.Nonce, box.Ciphertext, box.Tag, plain, Encoding.UTF8.GetBytes(box.TaskId));
            return JsonSerializer.Deserialize(plain, ProtocolJson.Default.Accounts);
        }
        catch (Exception e) when (e is CryptographicException or InvalidDataException or JsonException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            if (secret is not null)
                CryptographicOperations.ZeroMemory(secret);
        }
    }

    public void Dispose() => _key.Dispose();
}
