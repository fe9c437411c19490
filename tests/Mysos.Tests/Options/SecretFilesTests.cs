using Mysos.Host.Options;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Options;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class SecretFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mysos-secrets-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Load_WithGoodFiles_ReadsThem()
    {
        var read = SecretFiles.Load(
            Write("key", new string('k', 32)), Write("admin.yml", "username: admin\npassword: 'se: cret'\n"), Write("fw.yml", "principal: p\nsecret: s\n"));

        read.Problems.ShouldBeEmpty();
        read.Options!.Admin.User.ShouldBe("admin");
        read.Options.Admin.Password.ShouldBe("se: cret");
        read.Options.Framework!.User.ShouldBe("p");
        read.Options.Key.Dispose();
    }

    [Fact]
    public void Load_WithBadFiles_TellsOfAllAndQuotesNone()
    {
        var read = SecretFiles.Load(Write("key", "short"), Write("admin.yml", "username: admin\npasswort: hunter2\n"), Path.Combine(_directory, "absent"));

        read.Options.ShouldBeNull();
        read.Problems.Select(p => p.Split(':')[0]).ShouldBe(["--scheduler_keypath", "--admin_keypath", "--framework_authentication_file"]);
        read.Problems.ShouldNotContain(p => p.Contains("hunter2"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a")]
    [InlineData("hunter2")]
    [InlineData("username: [hunter2]\npassword: hunter2")]
    [InlineData("username: a\npassword: \"hunter2")]
    [InlineData("username: a\nusername: hunter2\npassword: x")]
    [InlineData("username: a\npassword: \"hunter2\\n\"")]
    [InlineData("username: a\npassword:")]
    public void Read_WithBadYaml_SaysSoAndQuotesNothing(string yaml)
    {
        var path = Write("admin.yml", yaml);

        Should.Throw<InvalidDataException>(() => CredentialFile.Read(path, "username", "password")).Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain(path), m => m.ShouldContain("username"), m => m.ShouldNotContain("hunter2"));
    }

    [Fact]
    public void Ensure_WithoutFiles_MakesThemForTheirOwnerOnlyAndKeepsThem()
    {
        var work = Path.Combine(_directory, "work");
        var options = OptionsReader.Local(
            new OptionSources(new Dictionary<string, string> { ["work_dir"] = work }, new Dictionary<string, string>(), new Dictionary<string, string>()),
            new HostFacts("h", "u", "/tmp", "/home/u", null)).Options!.Scheduler;

        var made = LocalKeyFiles.Ensure(options);
        var first = File.ReadAllBytes(made.SchedulerKeypath!);
        var again = LocalKeyFiles.Ensure(options);

        again.ShouldBe(made);
        File.ReadAllBytes(again.SchedulerKeypath!).ShouldBe(first);
        foreach (var file in (string[])[made.SchedulerKeypath!, made.AdminKeypath!])
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var secrets = SecretFiles.Load(made.SchedulerKeypath!, made.AdminKeypath!, null);
        secrets.Problems.ShouldBeEmpty();
        secrets.Options!.Admin.Password.Length.ShouldBe(21);
        secrets.Options.Key.Dispose();
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
