using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Host.Telemetry;
using Mysos.Tests.Stack;

namespace Mysos.Tests.Api;

/// <summary><c>/metrics</c>, held against what is written of it and made for it.</summary>
public sealed partial class MetricsTests(MetricsHost host) : IClassFixture<MetricsHost>
{
    [Fact]
    public void Documentation_HasEachMetricWithItsTypeAndLabelsAndNoOther()
    {
        var documented = DocumentedRow().Matches(Read("docs/metrics.md"))
            .Select(m => $"{m.Groups["name"]} {m.Groups["type"]} {string.Join(",", Word().Matches(m.Groups["labels"].Value).Select(l => l.Groups[1].Value))}");
        var types = TypeLine().Matches(host.Text).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["type"].Value);
        var served = types.Select(t => $"{t.Key} {t.Value} {string.Join(",", LabelsOf(t.Key))}");

        served.Order(StringComparer.Ordinal).ShouldBe(documented.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("mysos_cluster_state{cluster=\"m1\",state=\"degraded\"} 1")]
    [InlineData("mysos_cluster_state{cluster=\"m1\",state=\"healthy\"} 0")]
    [InlineData("mysos_cluster_nodes_wanted{cluster=\"m1\"} 2")]
    [InlineData("mysos_cluster_nodes_serving{cluster=\"m1\"} 1")]
    [InlineData("mysos_cluster_epoch{cluster=\"m1\"} 1")]
    [InlineData("mysos_cluster_master_alone{cluster=\"m1\"} 1")]
    [InlineData("mysos_cluster_size_memory_bytes{cluster=\"m1\"} 536870912")]
    [InlineData("mysos_cluster_size_disk_bytes{cluster=\"m1\"} 2147483648")]
    [InlineData("mysos_cluster_size_cpus{cluster=\"m1\"} 1")]
    [InlineData("mysos_cluster_last_backup_timestamp_seconds{cluster=\"m1\"} 1767326400")]
    [InlineData("mysos_node_lag_seconds{cluster=\"m1\",node=\"2\"} 7.5")]
    [InlineData("mysos_node_data_bytes{cluster=\"m1\",node=\"1\"} 134217728")]
    [InlineData("mysos_node_disk_bytes{cluster=\"m1\",node=\"2\"} 2147483648")]
    [InlineData("mysos_node_connections{cluster=\"m1\",node=\"1\"} 14")]
    [InlineData("mysos_scheduler_leads 1")]
    [InlineData("mysos_cluster_events_total{kind=\"failed_over\"} 1")]
    [InlineData("mysos_cluster_events_total{kind=\"backup_failed\"} 0")]
    [InlineData("mysos_create_duration_seconds_sum 4")]
    [InlineData("mysos_failover_duration_seconds_bucket{le=\"0.5\"} 1")]
    [InlineData("mysos_failover_duration_seconds_bucket{le=\"0.25\"} 0")]
    [InlineData("mysos_failover_duration_seconds_count 1")]
    [InlineData("mysos_switchover_duration_seconds_count 1")]
    [InlineData("mysos_restart_duration_seconds_sum 30")]
    [InlineData("mysos_backup_duration_seconds_sum 7")]
    [InlineData("mysos_loop_latency_seconds_bucket{le=\"0.025\"} 1")]
    public void Metrics_OfWhatThereIs_HaveItsValues(string line) => host.Lines.ShouldContain(line);

    [Fact]
    public async Task Metrics_AreGoodInPrometheusEyes() => await PromtoolAsync(host.Text, "check", "metrics");

    [Fact]
    public async Task Alerts_AreGoodAndFireWhenTheyAreMeantTo()
    {
        var rules = Path.Combine(MysosProcess.Repository, "deploy/prometheus-alerts.yml");
        await PromtoolAsync("", "check", "rules", rules);
        var tests = Path.GetTempFileName();
        await File.WriteAllTextAsync(tests, Read("tests/Mysos.Tests/Packaging/prometheus-alerts.test.yml").Replace("RULES", rules));
        await PromtoolAsync("", "test", "rules", tests);
        File.Delete(tests);
    }

    [Theory]
    [InlineData("deploy/prometheus-alerts.yml")]
    [InlineData("deploy/grafana-dashboard.json")]
    public void Expressions_NameMetricsAndLabelsThatThereAre(string file)
    {
        var text = file.EndsWith(".json", StringComparison.Ordinal) ? string.Join('\n', Strings(JsonDocument.Parse(Read(file)).RootElement)) : Read(file);
        var used = MetricName().Matches(text).Select(m => m.Value).Distinct().ToArray();

        used.ShouldNotBeEmpty();
        used.ShouldBeSubsetOf(SeriesName().Matches(host.Text).Select(m => m.Groups[1].Value).Distinct());
        foreach (Match selector in Selector().Matches(text))
            Label().Matches(selector.Groups["labels"].Value).Select(l => l.Groups[1].Value).ShouldBeSubsetOf([.. LabelsOf(selector.Groups["name"].Value), "le", "instance"]);
    }

    [Fact]
    public void Dashboard_EachPanel_ShowsSomething()
    {
        var panels = JsonDocument.Parse(Read("deploy/grafana-dashboard.json")).RootElement.GetProperty("panels").EnumerateArray().ToArray();

        panels.Length.ShouldBeGreaterThan(15);
        panels.ShouldAllBe(p => p.GetProperty("targets").GetArrayLength() > 0 && p.GetProperty("title").GetString() != "");
        panels.Select(p => p.GetProperty("id").GetInt32()).ShouldBeUnique();
    }

    private string[] LabelsOf(string metric) =>
    [
        .. host.Lines.Where(l => Regex.IsMatch(l, $"^{metric}(_bucket)?[{{ ]")).SelectMany(l => Label().Matches(l).Select(m => m.Groups[1].Value))
            .Where(l => l != "le").Distinct(),
    ];

    private static IEnumerable<string> Strings(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => Strings(p.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Strings),
        JsonValueKind.String => [json.GetString()!],
        _ => [],
    };

    private static async Task PromtoolAsync(string input, params string[] args)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", args) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (promtool.StandardOutput.ReadToEndAsync(), promtool.StandardError.ReadToEndAsync());
        await promtool.StandardInput.WriteAsync(input);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        promtool.ExitCode.ShouldBe(0, $"promtool {string.Join(' ', args)}: {await output}{await errors}");
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(MysosProcess.Repository, path));

    [GeneratedRegex(@"^\| `(?<name>mysos_\w+)` \| (?<type>\w+) \|(?<labels>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex DocumentedRow();

    [GeneratedRegex("`(.+?)`")]
    private static partial Regex Word();

    [GeneratedRegex(@"^# TYPE (?<name>mysos_\w+) (?<type>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^(mysos_\w+)[{ ]", RegexOptions.Multiline)]
    private static partial Regex SeriesName();

    [GeneratedRegex(@"\bmysos_\w+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"(?<name>\bmysos_\w+?)(_bucket)?\{(?<labels>[^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex("(\\w+)(?==~?\"|!=\")")]
    private static partial Regex Label();
}

/// <summary>A scheduler's web side after something of everything has happened, and what its metrics were then.</summary>
public sealed partial class MetricsHost : IAsyncLifetime
{
    private readonly ApiHost _host = new();

    public string Text { get; private set; } = "";

    /// <summary>Without the meter's name and the time, which are in each line.</summary>
    public string[] Lines { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        _host.Clusters.Leads = true;
        await _host.InitializeAsync();
        var now = TimeProvider.System.GetUtcNow();
        ClusterEvent At(double seconds, string kind) => new(now.AddSeconds(seconds), kind, $"It was {kind}.");
        var cluster = InMemoryClusters.Cluster("m1");
        _host.Clusters.Put(cluster with
        {
            State = ClusterCondition.Degraded,
            Nodes = [cluster.Nodes[0] with { Connections = 14, DataMb = 128 }, cluster.Nodes[1] with { State = NodeState.Joining, LagSeconds = 7.5 }],
            Events =
            [
                At(0, "cluster_created"), At(4, "cluster_complete"), At(10, "master_lost"), At(10.2, "master_elected"), At(10.4, "failed_over"),
                At(20, "switchover_began"), At(21, "switched_over"), At(22, "switchover_began"), At(27, "switchover_undone"),
                At(30, "restart_began"), At(60, "restart_done"), At(70, "cluster_paused"), At(75, "cluster_resumed"), At(80, "backup_started"), At(87, "backup_done"),
            ],
        });
        _host.Services.GetRequiredService<MysosMetrics>().Waited(TimeSpan.FromMilliseconds(20));
        await Eventually.IsAsync(async () =>
        {
            Text = await _host.Http.GetStringAsync("/metrics");
            return Text.Contains("mysos_backup_duration_seconds_count", StringComparison.Ordinal) && Text.Contains("mysos_loop_latency_seconds_count", StringComparison.Ordinal);
        }, TimeSpan.FromSeconds(20), () => "the metrics of what happened");
        Lines = [.. Text.Split('\n').Select(l => Time().Replace(Scope().Replace(l, ""), "").Replace("{}", ""))];
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [GeneratedRegex("otel_scope_\\w+=\"[^\"]*\",?|,otel_scope_\\w+=\"[^\"]*\"")]
    private static partial Regex Scope();

    [GeneratedRegex(@"(?<=^[^#].* \S+) \d+$")]
    private static partial Regex Time();
}
