using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Access;
using Mysos.Host.Access;
using Mysos.Host.Access.Files;
using Mysos.Tests.Api;

namespace Mysos.Tests.Access;

public sealed class AccessFileTests
{
    [Fact]
    public void Parse_AGoodFile_HasUsersTokensAndRoles()
    {
        var file = People.File;

        file.Users.Values.Select(u => (u.Name, u.Role)).ShouldBe([("anna", Role.Admin), ("otto", Role.Operator), ("vera", Role.Viewer)], ignoreOrder: true);
        file.Tokens.Values.ShouldBe([new TokenEntry("ci", Role.Operator)]);
        file.OidcRole(["unknown", "dba"]).ShouldBe(Role.Operator);
        file.OidcRole(["dba", "boss"]).ShouldBe(Role.Admin);
        file.OidcRole(["unknown"]).ShouldBeNull();
    }

    [Theory]
    [InlineData("users:\n  - name: anna\n    role: admin\n    password: hunter2", "line 2: user 'anna': the password is not a hash")]
    [InlineData("users:\n  - name: anna\n    role: king\n    password: $hash", "line 3: user 'anna': there is no role 'king'; roles are viewer, operator, admin")]
    [InlineData("users:\n  - name: anna\n    password: $hash", "line 2: user 'anna' has no role")]
    [InlineData("users:\n  - name: anna\n    role: admin", "line 2: user 'anna' has no password")]
    [InlineData("users:\n  - name: 'an:na'\n    role: admin\n    password: $hash", "line 2: a user has no name, or one with other characters")]
    [InlineData("users:\n  - { name: anna, role: admin, password: $hash }\n  - { name: anna, role: viewer, password: $hash }", "line 3: user 'anna' is there already")]
    [InlineData("users:\n  - { name: anna, role: admin, password: $hash, mail: x }", "line 2: user 'anna': 'mail' is nothing here")]
    [InlineData("users:\n  - { name: anna, role: admin, password: $hash, [a]: x, [b]: x }", "line 2: user 'anna': '' is nothing here")]
    [InlineData("tokens:\n  - { name: ci, role: viewer, hash: hunter2 }", "line 2: token 'ci': the hash is none of a token; make both with 'mysos make-token ci'")]
    [InlineData("users:\n  anna: admin", "line 2: users must be a list")]
    [InlineData("oidc_roles:\n  dba: king", "line 2: oidc_roles, 'dba': there is no role 'king'")]
    [InlineData("user:\n  - name: anna", "line 1: 'user' is nothing here. Did you mean users?")]
    [InlineData("users:\n  - name: \"anna", "line 2: this is not YAML")]
    [InlineData("users: []", "nobody could log in")]
    [InlineData("hunter2", "it must be one YAML dictionary")]
    public void Parse_AMistake_IsToldByLineAndName(string yaml, string problem)
    {
        var read = AccessFileReader.Parse(yaml.Replace("$hash", People.PasswordHash, StringComparison.Ordinal));

        read.Options.ShouldBeNull();
        read.Problems.ShouldContain(p => p.StartsWith(problem, StringComparison.Ordinal), string.Join('\n', read.Problems));
        read.Problems.ShouldNotContain(p => p.Contains("hunter2", StringComparison.Ordinal) || p.Contains(People.PasswordHash, StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_ManyMistakes_TellsOfAll() => AccessFileReader.Parse("users:\n  - { name: a }\n  - { name: b }\ntokens: x").Problems.Count.ShouldBe(5);

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void Load_WhatOthersCanReadOrChange_IsRefused(UnixFileMode more)
    {
        using var file = new AuthFile(People.Yaml);
        File.SetUnixFileMode(file.Path, File.GetUnixFileMode(file.Path) | more);

        Should.Throw<InvalidDataException>(() => AccessDirectory.Load(file.Path)).Message.ShouldContain($"chmod 640 {file.Path}");
    }

    [Fact]
    public void FileChanges_GoodCounts_BadIsLoggedAndChangesNothing()
    {
        using var file = new AuthFile(People.Yaml);
        var time = new FakeTimeProvider();
        using var log = new LogLines();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        using var directory = new AccessDirectory(file.Settings, time, loggers.CreateLogger<AccessDirectory>());
        var changes = 0;
        using var watching = directory.Changes.Subscribe(_ => changes++);

        time.Advance(FileChanges.Interval);
        changes.ShouldBe(0);

        file.Write($"users: [ {{ name: zoe, role: viewer, password: {People.PasswordHash} }} ]");
        time.Advance(FileChanges.Interval);
        directory.Current.Users.Keys.ShouldBe(["zoe"]);
        changes.ShouldBe(1);

        file.Write("users: [ { name: zoe, role: king } ]");
        time.Advance(FileChanges.Interval);
        directory.Current.Users["zoe"].Role.ShouldBe(Role.Viewer);
        changes.ShouldBe(1);
        log.All.Single(l => l.Id == 221).ShouldSatisfyAllConditions(
            l => l.Level.ShouldBe(LogLevel.Error), l => l.Text.ShouldContain($"'{file.Path}', line 1: user 'zoe': there is no role 'king'"));

        file.Write(People.Yaml);
        time.Advance(FileChanges.Interval);
        directory.Current.Users.Count.ShouldBe(3);

        File.Delete(file.Path);
        time.Advance(FileChanges.Interval);
        directory.Current.Users.Count.ShouldBe(3);
        log.Of(221).Last().ShouldContain($"Cannot read '{file.Path}'");
    }

    [Fact]
    public void FileChanges_SeeWhatALinkLeadsTo()
    {
        using var first = new AuthFile("first");
        using var second = new AuthFile("the second");
        using var link = new AuthFile("");
        var time = new FakeTimeProvider();
        File.Delete(link.Path);
        File.CreateSymbolicLink(link.Path, first.Path);
        var changes = 0;
        using var watch = new FileChanges([link.Path], () => changes++, time);

        first.Write("first, changed");
        time.Advance(FileChanges.Interval);
        changes.ShouldBe(1);
        File.Delete(link.Path);
        File.CreateSymbolicLink(link.Path, second.Path);
        time.Advance(FileChanges.Interval);
        changes.ShouldBe(2);
    }
}
