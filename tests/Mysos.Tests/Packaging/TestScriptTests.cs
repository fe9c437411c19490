using System.Diagnostics;
using Mysos.Tests.Stack;

namespace Mysos.Tests.Packaging;

/// <summary>
/// <c>scripts/test</c> decides whether a change is good, so what it says about a test runner that fails, crashes or hangs
/// is tested with a runner that does.
/// </summary>
public sealed class TestScriptTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mysos-test-script-").FullName;

    public TestScriptTests()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "scripts"));
        File.Copy(Path.Combine(MysosProcess.Repository, "scripts/test"), Path.Combine(_directory, "scripts/test"));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Summary_AllPass_CountsThem()
    {
        var (last, code) = await RunAsync(Report(passed: 12, failed: 0, skipped: 3, errors: 0));

        last.ShouldBe("12 passed, 0 failed, 3 skipped");
        code.ShouldBe(0);
    }

    [Fact]
    public async Task Summary_SomeFail_FailsWithTheirNumber()
    {
        var (last, code) = await RunAsync($"{Report(passed: 12, failed: 2, skipped: 0, errors: 0)}; exit 1");

        last.ShouldBe("12 passed, 2 failed, 0 skipped");
        code.ShouldBe(1);
    }

    [Fact]
    public async Task Summary_ErrorOutsideOfATest_IsAFailure()
    {
        var (last, code) = await RunAsync(Report(passed: 12, failed: 0, skipped: 0, errors: 1));

        last.ShouldBe("12 passed, 1 failed, 0 skipped");
        code.ShouldBe(1);
    }

    [Fact]
    public async Task Summary_RunnerCrashesWithoutReport_IsAFailure()
    {
        var (last, code) = await RunAsync("kill -9 $$");

        last.ShouldBe("0 passed, 1 failed, 0 skipped");
        code.ShouldBe(1);
    }

    [Fact]
    public async Task Summary_RunnerCrashesAfterItsReport_IsAFailure()
    {
        var (last, code) = await RunAsync($"{Report(passed: 12, failed: 0, skipped: 0, errors: 0)}; exit 134");

        last.ShouldBe("12 passed, 1 failed, 0 skipped");
        code.ShouldBe(134);
    }

    [Fact]
    public async Task Summary_RunnerHangs_IsStoppedAndFails()
    {
        var (last, code) = await RunAsync("exec sleep 60", minutes: "0.002");

        last.ShouldBe("0 passed, 1 failed, 0 skipped");
        code.ShouldBe(1);
    }

    [Fact]
    public async Task Summary_NoTestMatches_IsAFailure()
    {
        var (last, code) = await RunAsync(Report(passed: 0, failed: 0, skipped: 0, errors: 0));

        last.ShouldBe("0 passed, 1 failed, 0 skipped");
        code.ShouldBe(1);
    }

    private static string Report(int passed, int failed, int skipped, int errors) =>
        $"""echo '<assemblies><assembly name="a" errors="{errors}" failed="{failed}" passed="{passed}" skipped="{skipped}" """
        + $"""total="{passed + failed + skipped}" /></assemblies>' > out/tests.xml""";

    /// <summary>Runs the script with a shell command in the place of the test runner.</summary>
    private async Task<(string LastLine, int ExitCode)> RunAsync(string runner, string minutes = "1")
    {
        var program = Path.Combine(_directory, "dotnet");
        await File.WriteAllTextAsync(program, $"#!/bin/bash\n{runner}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("bash", [Path.Combine(_directory, "scripts/test")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{_directory}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["MYSOS_TEST_MINUTES"] = minutes;
        start.Environment["MYSOS_MYSQL97"] = "/nowhere";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        await errors;
        return (output.TrimEnd().Split('\n')[^1], process.ExitCode);
    }
}
