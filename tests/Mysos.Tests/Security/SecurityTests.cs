using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Mysos.Core.Protocol;
using Mysos.Core.Security;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Security;

public sealed class SchedulerKeyTests : IDisposable
{
    private readonly SchedulerKey _key = new(RandomNumberGenerator.GetBytes(SchedulerKey.Size));

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("w9gMCkecsMh6sWsRdxNTa")]
    [InlineData("pässwörd \0 ☃")]
    public void Open_WhatWasSealed_IsTheText(string text) => _key.Open(_key.Seal(text, "a/b"), "a/b").ShouldBe(text);

    [Fact]
    public void Open_ManyAtATime_EachGetsItsOwn()
    {
        var boxes = Enumerable.Range(0, 200).Select(i => _key.Seal($"password {i}", $"cluster {i}")).ToArray();
        Parallel.For(0, 20_000, n => _key.Open(boxes[n % 200], $"cluster {n % 200}").ShouldBe($"password {n % 200}"));
    }

    [Fact]
    public void Seal_SameTextTwice_DiffersAndDoesNotContainIt()
    {
        var (first, second) = (_key.Seal("secret", "c"), _key.Seal("secret", "c"));
        first.ShouldNotBe(second);
        System.Text.Encoding.Latin1.GetString(Convert.FromBase64String(first)).ShouldNotContain("secret");
    }

    [Fact]
    public void Open_AnotherContext_Fails() =>
        Should.Throw<InvalidDataException>(() => _key.Open(_key.Seal("x", "cluster/a"), "cluster/b")).Message.ShouldContain("cluster/b");

    [Fact]
    public void Open_AnotherKey_Fails()
    {
        using var other = new SchedulerKey(RandomNumberGenerator.GetBytes(SchedulerKey.Size));
        Should.Throw<InvalidDataException>(() => other.Open(_key.Seal("x", "c"), "c")).Message.ShouldContain("another scheduler key");
    }

    [Fact]
    public void Open_AnyByteChanged_Fails()
    {
        var box = Convert.FromBase64String(_key.Seal("text", "c"));
        for (var i = 0; i < box.Length; i++)
        {
            box[i] ^= 1;
            Should.Throw<InvalidDataException>(() => _key.Open(Convert.ToBase64String(box), "c"));
            box[i] ^= 1;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    public void Open_NoBox_Fails(string box) => Should.Throw<InvalidDataException>(() => _key.Open(box, "c"));

    [Fact]
    public void Load_Files_AreReadOrExplained()
    {
        var directory = Directory.CreateTempSubdirectory("mysos-key-");
        try
        {
            var path = Path.Combine(directory.FullName, "key");
            Should.Throw<InvalidDataException>(() => SchedulerKey.Load(path)).Message.ShouldContain(path);
            File.WriteAllBytes(path, new byte[31]);
            Should.Throw<InvalidDataException>(() => SchedulerKey.Load(path)).Message.ShouldContain("31 bytes");
            File.WriteAllBytes(path, new byte[32]);
            using var key = SchedulerKey.Load(path);
            key.Open(key.Seal("x", "c"), "c").ShouldBe("x");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}

public sealed class AccountBoxTests
{
    private static readonly Accounts Sample = new()
    {
        Admin = new("mysos_admin", "p1"),
        Replication = new("mysos_replication", "p2"),
        Cluster = new("owner", "p3"),
    };

    [Fact]
    public void TryOpen_AnswerToItsHello_IsTheAccounts()
    {
        using var receiver = new AccountReceiver();
        var box = AccountBox.Seal(Sample, receiver.CreateHello("task-1"));
        receiver.TryOpen(box).ShouldBe(Sample);
        receiver.TryOpen(AccountBox.Seal(Sample, receiver.CreateHello("task-1"))).ShouldBe(Sample);
    }

    [Fact]
    public void TryOpen_SealedToAnotherKey_IsNull()
    {
        using var receiver = new AccountReceiver();
        using var other = new AccountReceiver();
        var box = AccountBox.Seal(Sample, other.CreateHello("task-1"));
        receiver.TryOpen(box).ShouldBeNull();
        receiver.TryOpen(box with { ReceiverKey = receiver.CreateHello("task-1").PublicKey }).ShouldBeNull();
    }

    [Fact]
    public void TryOpen_AnotherTask_IsNull()
    {
        using var receiver = new AccountReceiver();
        var box = AccountBox.Seal(Sample, receiver.CreateHello("task-1"));
        receiver.TryOpen(box with { TaskId = "task-2" }).ShouldBeNull();
        receiver.CreateHello("task-2");
        receiver.TryOpen(box).ShouldBeNull();
        receiver.TryOpen(box with { TaskId = "task-2" }).ShouldBeNull();
    }

    [Fact]
    public void TryOpen_DamagedParts_IsNull()
    {
        using var receiver = new AccountReceiver();
        var box = AccountBox.Seal(Sample, receiver.CreateHello("t"));
        static byte[] Flip(byte[] bytes) => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];
        foreach (var damaged in (SealedAccounts[])[
            box with { Ciphertext = Flip(box.Ciphertext) }, box with { Tag = Flip(box.Tag) }, box with { Nonce = Flip(box.Nonce) },
            box with { SenderKey = Flip(box.SenderKey) }, box with { SenderKey = [] }, box with { Nonce = [] }, box with { Tag = [1] }])
            receiver.TryOpen(damaged).ShouldBeNull();
    }

    [Fact]
    public void Seal_KeyOfAnotherCurve_SaysWhatIsWrong()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP384);
        foreach (var bad in (byte[][])[key.PublicKey.ExportSubjectPublicKeyInfo(), [], [1, 2, 3]])
            Should.Throw<InvalidDataException>(() => AccountBox.Seal(Sample, new Hello { TaskId = "t-7", PublicKey = bad }))
                .Message.ShouldContain("t-7");
    }
}

public sealed partial class PasswordsTests
{
    [GeneratedRegex("^[A-Za-z0-9]{21}$")]
    private static partial Regex Documented { get; }

    [Fact]
    public void New_Many_AreDifferentAndOfLettersAndDigits()
    {
        var passwords = Enumerable.Range(0, 1000).Select(_ => PasswordGenerator.New()).ToHashSet();
        passwords.Count.ShouldBe(1000);
        passwords.ShouldAllBe(p => Documented.IsMatch(p));
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("", "", true)]
    [InlineData("a", "b", false)]
    [InlineData("a", "aa", false)]
    [InlineData("", "a", false)]
    [InlineData(null, "", false)]
    [InlineData(null, null, false)]
    public void Equal_Pairs_AreComparedWhole(string? a, string? b, bool equal)
    {
        Passwords.Equal(a, b).ShouldBe(equal);
        Passwords.Equal(b, a).ShouldBe(equal);
    }
}
