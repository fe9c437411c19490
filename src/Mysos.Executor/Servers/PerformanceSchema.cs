namespace Mysos.Executor.Servers;

/// <summary>What is left of MySQL's own instruments where memory is short: its threads, of which <see cref="Replication.AckReceiver"/> needs one.</summary>
internal static class PerformanceSchema
{
    /// <summary>Each takes its memory at the start, hundreds of MB together, whether its instruments are on or not.</summary>
    private static readonly string[] Without =
    [
        "error_size",
        "digests_size",
        "max_digest_length",
        "max_sql_text_length",
        "max_memory_classes",
        "max_statement_classes",
        "max_stage_classes",
        "max_mutex_classes",
        "max_rwlock_classes",
        "max_cond_classes",
        "max_file_classes",
        "max_socket_classes",
        "max_table_instances",
        "max_index_stat",
        "events_waits_history_size",
        "events_waits_history_long_size",
        "events_stages_history_size",
        "events_stages_history_long_size",
        "events_statements_history_size",
        "events_statements_history_long_size",
        "events_transactions_history_size",
        "events_transactions_history_long_size",
    ];

    /// <summary>Three MB.</summary>
    public static IEnumerable<string> ThreadsOnly =>
        ["performance_schema=ON", "performance_schema_instrument='%=OFF'", "performance_schema_max_statement_stack=1", .. Without.Select(what => $"performance_schema_{what}=0")];
}
