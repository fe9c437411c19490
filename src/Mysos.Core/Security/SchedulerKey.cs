using System.Security.Cryptography;
using System.Text;

namespace Mysos.Core.Security;

/// <summary>
/// The key that seals the passwords in the scheduler's state: <c>--scheduler_keypath</c>, a file of exactly 32 bytes.
/// AES-256-GCM. A sealed text is base64 of nonce (12 bytes), ciphertext and tag (16 bytes); its context, such as the
/// cluster's and the account's name, is authenticated with it, so that it opens nowhere else.
/// </summary>
public sealed class SchedulerKey : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>One at a time: its OpenSSL context is not made for two threads.</summary>
    private readonly Lock _gate = new();
    private readonly AesGcm _aes;
    private readonly byte[] _root;

    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public SchedulerKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Size)
            throw new ArgumentException($"A scheduler key has {Size} bytes, not {key.Length}.", nameof(key));
        _aes = new AesGcm(key, TagSize);
        _root = new byte[Size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, _root, salt: [], info: "mysos derived keys"u8);
    }

    /// <summary>Reads the key of a file.</summary>
    /// <exception cref="InvalidDataException">The file is missing, not readable, or not 32 bytes long; the message says what to do.</exception>
    public static SchedulerKey Load(string path)
    {
        byte[] key;
        try
        {
            key = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"Cannot read the scheduler key '{path}': {e.Message} Make one with: head -c {Size} /dev/urandom > {path}", e);
        }
        try
        {
            return key.Length == Size
                ? new SchedulerKey(key)
                : throw new InvalidDataException(
                    $"The scheduler key '{path}' has {key.Length} bytes and must have {Size}. Make one with: head -c {Size} /dev/urandom > {path}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Seals a text for one context. Sealing the same twice gives different results.</summary>
    public string Seal(string plaintext, string context)
    {
        var plain = Encoding.UTF8.GetBytes(plaintext);
        var box = new byte[NonceSize + plain.Length + TagSize];
        var nonce = box.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        lock (_gate)
            _aes.Encrypt(nonce, plain, box.AsSpan(NonceSize, plain.Length), box.AsSpan(NonceSize + plain.Length), Encoding.UTF8.GetBytes(context));
        CryptographicOperations.ZeroMemory(plain);
        return Convert.ToBase64String(box);
    }

    /// <summary>Opens what <see cref="Seal"/> made, for the same context.</summary>
    /// <exception cref="InvalidDataException">Another key, another context, or a damaged text.</exception>
    public string Open(string box, string context)
    {
        var bytes = new byte[box.Length];
        if (!Convert.TryFromBase64String(box, bytes, out var length) || length < NonceSize + TagSize)
            throw new InvalidDataException($"What is sealed for '{context}' is not a sealed text.");
        var plain = new byte[length - NonceSize - TagSize];
        try
        {
            lock (_gate)
            {
                _aes.Decrypt(
                    bytes.AsSpan(0, NonceSize), bytes.AsSpan(NonceSize, plain.Length), bytes.AsSpan(NonceSize + plain.Length, TagSize),
                    plain, Encoding.UTF8.GetBytes(context));
            }
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new InvalidDataException(
                $"What is sealed for '{context}' does not open: it was sealed with another scheduler key, or changed since.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>
    /// A key for one purpose, the same in every scheduler that has this key: HKDF-SHA256, so that it tells nothing of this key or
    /// of the keys for other purposes.
    /// </summary>
    public byte[] Derive(string purpose, int bytes) => HKDF.Expand(HashAlgorithmName.SHA256, _root, bytes, Encoding.UTF8.GetBytes(purpose));

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_root);
        _aes.Dispose();
    }
}
