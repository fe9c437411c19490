using System.Globalization;
using System.Text.RegularExpressions;

namespace Mysos.Chaos.Runs;

/// <summary>What a run does. The same options and seed choose the same faults.</summary>
internal sealed partial record RunOptions
{
    public const string Usage = """
        make chaos ARGS="…":
          --flavors mariadb,mysql   the servers [default: both, MySQL only where MYSOS_MYSQL97 names its mysqld]
          --nodes 1,2,3,5           the sizes of the clusters [default: these]
          --faults TEXT[,TEXT]      only faults whose names have one of these in them
          --pairs N                 random pairs of these faults, for each flavor and size [default: 0]
          --rounds N                how often each fault comes alone, for each flavor and size [default: 1]
          --most N                  no more faults than these [default: 1000]
          --minutes N               begin no fault later [default: 240]
          --slowness N              a machine so many times slower may take so many times longer [default: 1]
          --seed N                  of order and pairs [default: 1]
          --out DIRECTORY           for logs, results and the table [default: out/chaos]
          --mysos FILE              the published program [default: out/mysos/mysos]
          --bench N                 no faults, but N rounds of each measured failover, on 3 nodes
        """;

    public IReadOnlyList<string> Flavors { get; init; } = Mysql97 is null ? ["mariadb"] : ["mariadb", "mysql"];
    public IReadOnlyList<int> Nodes { get; init; } = [1, 2, 3, 5];
    public IReadOnlyList<string> Faults { get; init; } = [];
    public int Pairs { get; init; }
    public int Rounds { get; init; } = 1;
    public int Most { get; init; } = 1000;
    public int Minutes { get; init; } = 240;
    public int Slowness { get; init; } = 1;
    public int Seed { get; init; } = 1;
    public string Out { get; init; } = Path.GetFullPath("out/chaos");
    /// <summary>Rounds of the benchmark; 0: it is not asked for.</summary>
    public int BenchRounds { get; init; }
    public bool Bench => BenchRounds > 0;
    public string Mysos { get; init; } = Path.GetFullPath("out/mysos/mysos");

    /// <summary>MySQL's mysqld; null: there is none.</summary>
    public static string? Mysql97 => Environment.GetEnvironmentVariable("MYSOS_MYSQL97") is { Length: > 0 } path ? path : null;

    /// <returns>The options, or what is wrong with them.</returns>
    public static (RunOptions? Options, string Problem) Parse(IReadOnlyList<string> arguments)
    {
        var options = new RunOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count || Take(options, arguments[i], arguments[i + 1]) is not { } taken)
                return (null, $"{string.Join(' ', arguments.Skip(i))} is not an option.\n{Usage}");
            options = taken;
        }
        if (options.Flavors.Contains("mysql") && Mysql97 is null)
            return (null, "There is no MySQL: MYSOS_MYSQL97 has to name its mysqld.");
        return File.Exists(options.Mysos) ? (options, "") : (null, $"{options.Mysos} is missing: run 'make publish' first.");
    }

    private static RunOptions? Take(RunOptions options, string name, string value)
    {
        var numbers = Numbers.IsMatch(value) ? value.Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray() : [];
        return (name, numbers) switch
        {
            ("--flavors", _) when value.Split(',').All(f => f is "mariadb" or "mysql") => options with { Flavors = value.Split(',') },
            ("--nodes", { Length: > 0 }) when numbers.All(n => n is >= 1 and <= 9) => options with { Nodes = numbers },
            ("--faults", _) => options with { Faults = value.Split(',') },
            ("--pairs", [var n]) => options with { Pairs = n },
            ("--rounds", [var n]) => options with { Rounds = n },
            ("--most", [var n]) => options with { Most = n },
            ("--minutes", [var n]) => options with { Minutes = n },
            ("--slowness", [>= 1 and <= 100 and var n]) => options with { Slowness = n },
            ("--seed", [var n]) => options with { Seed = n },
            ("--bench", [var n]) => options with { BenchRounds = n },
            ("--out", _) => options with { Out = Path.GetFullPath(value) },
            ("--mysos", _) => options with { Mysos = Path.GetFullPath(value) },
            _ => null,
        };
    }

    [GeneratedRegex(@"\A[0-9]{1,6}(,[0-9]{1,6})*\z")]
    private static partial Regex Numbers { get; }
}
