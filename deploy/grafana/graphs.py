"""Graphs of the dashboards: what each shows, and by which queries.

Numbers of the whole platform, which every process shows, are taken by their maximum; numbers of a process are added.
"""

from dataclasses import dataclass

_BLOCKS = 'max(rate(questpath_postgres_blocks_total{source="%s"}[5m]))'


@dataclass(frozen=True)
class Graph:
    """A graph: its title, its unit in Grafana's names, the queries with the names of their lines, and a limit."""

    title: str
    unit: str
    queries: dict[str, str]
    limit: float | None = None


def _by(label: str, metric: str) -> str:
    return f"sum by ({label}) (rate(questpath_{metric}[5m]))"


def _most(metric: str, label: str = "") -> str:
    return f"max by ({label}) (questpath_{metric})" if label else f"max(questpath_{metric})"


TRAFFIC = (
    Graph("Operations", "reqps", {"all": "questpath:requests:rate5m", "failed": "questpath:failures:rate5m"}),
    Graph(
        "Failed operations",
        "percentunit",
        {"failed": "questpath:failures:rate5m / questpath:requests:rate5m"},
        limit=0.05,
    ),
    Graph(
        "Duration of queries and mutations",
        "s",
        {name: f"questpath:request_seconds:{name}_5m" for name in ("p50", "p95", "p99")},
        limit=0.2,
    ),
    Graph("Operations by transport", "reqps", {"{{transport}}": _by("transport", "request_seconds_count")}),
    Graph("Errors by code", "reqps", {"{{code}}": _by("code", "errors_total")}),
    Graph("Refusals by code", "reqps", {"{{code}}": _by("code", "refusals_total")}),
    Graph(
        "Slowest operations, mean",
        "s",
        {
            "{{operation}}": "topk(10, sum by (operation) (rate(questpath_operation_seconds_total[5m]))"
            " / sum by (operation) (rate(questpath_operation_requests_total[5m])))"
        },
    ),
    Graph(
        "Most frequent operations",
        "reqps",
        {"{{operation}}": f"topk(10, {_by('operation', 'operation_requests_total')})"},
    ),
    Graph(
        "Processors of processes",
        "percentunit",
        {"{{instance}}": 'rate(process_cpu_seconds_total{job="questpath"}[5m])'},
        limit=0.8,
    ),
    Graph("Memory of processes", "bytes", {"{{instance}}": 'process_resident_memory_bytes{job="questpath"}'}),
    Graph(
        "Lag of the event loop, p99",
        "s",
        {
            "{{instance}}": "histogram_quantile(0.99, sum by (instance, le) "
            "(rate(questpath_event_loop_lag_seconds_bucket[5m])))"
        },
        limit=0.1,
    ),
    Graph(
        "Error budget used, by window",
        "percentunit",
        {
            f"{slo} {window}": f"questpath:{slo}:error_ratio_{window} / {budget}"
            for slo, budget in (("availability", 0.001), ("latency", 0.05))
            for window in ("1h", "1d")
        },
        limit=1,
    ),
)
LEARNERS = (
    Graph("Active users", "short", {"{{within}}": _most("active_users", "within")}),
    Graph("Attempts graded", "reqps", {"attempts": "sum(rate(questpath_attempts_graded_total[5m]))"}),
    Graph("XP awarded in a minute", "short", {"XP": "60 * sum(rate(questpath_xp_awarded_total[5m]))"}),
    Graph("Withheld XP entries", "short", {"entries": _most("xp_pending")}),
    Graph("Age of the oldest withheld XP", "s", {"age": _most("xp_pending_oldest_seconds")}, limit=86_400),
    Graph("Mails of the last day", "short", {"{{result}}": _most("mails_last_day", "result")}),
    Graph("Mails that wait", "short", {"mails": _most("mails_waiting")}),
    Graph(
        "Age of the oldest mail that waits", "s", {"age": _most("mails_waiting_oldest_seconds")}, limit=3_600
    ),
    Graph(
        "Calls of language models",
        "reqps",
        {"{{model}} {{status}}": _by("model, status", "ai_requests_total")},
    ),
    Graph(
        "Cost of language models in a day, at the rate of the last hour",
        "currencyUSD",
        {"{{model}}": "86400 * sum by (model) (rate(questpath_ai_cost_dollars_total[1h]))"},
    ),
)
POSTGRES = (
    Graph("Answers", "bool_yes_no", {"Postgres": _most("postgres_up"), "Redis": _most("redis_up")}),
    Graph(
        "Connections",
        "short",
        {"open": _most("postgres_connections"), "allowed": _most("postgres_connections_largest")},
    ),
    Graph(
        "Transactions", "reqps", {"{{end}}": "max by (end) (rate(questpath_postgres_transactions_total[5m]))"}
    ),
    Graph(
        "Blocks found in the cache",
        "percentunit",
        {
            "cache": f"{_BLOCKS % 'cache'} / ({_BLOCKS % 'cache'} + {_BLOCKS % 'disk'})",
        },
    ),
    Graph("Size of the database", "bytes", {"size": _most("postgres_size_bytes")}),
    Graph(
        "Deadlocks in a minute",
        "short",
        {"deadlocks": "60 * max(rate(questpath_postgres_deadlocks_total[5m]))"},
    ),
    Graph("Temporary files", "Bps", {"bytes": "max(rate(questpath_postgres_temporary_bytes_total[5m]))"}),
    Graph(
        "Connections of the processes",
        "short",
        {
            "{{state}}": "sum by (state) (questpath_pool_connections)",
            "largest": "sum(questpath_pool_largest)",
        },
    ),
    Graph("Callers that wait for a connection", "short", {"{{instance}}": "questpath_pool_waiting"}),
    Graph("Refusals by reason", "reqps", {"{{reason}}": _by("reason", "postgres_refusals_total")}),
    Graph(
        "Statements for an operation, mean",
        "short",
        {"{{type}}": f"{_by('type', 'statements_sum')} / {_by('type', 'statements_count')}"},
    ),
    Graph(
        "Age of the last backup",
        "s",
        {"age": f"time() - {_most('last_backup_timestamp_seconds')}"},
        limit=93_600,
    ),
)
JOBS = (
    Graph("Jobs that are due", "short", {"{{queue}}": _most("job_queue_depth", "queue")}, limit=1_000),
    Graph("Age of the oldest due job", "s", {"{{queue}}": _most("job_queue_oldest_seconds", "queue")}),
    Graph("Running jobs", "short", {"{{queue}}": _most("job_queue_running", "queue")}),
    Graph("Jobs held as failed", "short", {"{{queue}}": _most("job_queue_failed", "queue")}),
    Graph("Workers", "short", {"{{queue}}": _most("job_workers", "queue")}),
    Graph("Runs by outcome", "reqps", {"{{outcome}}": _by("outcome", "job_seconds_count")}),
    Graph(
        "Duration of runs, p95",
        "s",
        {"{{kind}}": "histogram_quantile(0.95, sum by (kind, le) (rate(questpath_job_seconds_bucket[15m])))"},
    ),
    Graph("Failed runs", "reqps", {"{{kind}} {{error}}": _by("kind, error", "job_failures_total")}),
    Graph("Attempts to deliver webhooks", "reqps", {"{{outcome}}": _by("outcome", "webhook_attempts_total")}),
    Graph(
        "Circuit breakers that are open",
        "short",
        {"{{dependency}}": "sum by (dependency) (questpath_circuit_breakers)"},
    ),
)
LIVE = (
    Graph(
        "Open subscriptions", "short", {"{{transport}}": "sum by (transport) (questpath_subscriptions_open)"}
    ),
    Graph("Open websockets", "short", {"{{instance}}": "questpath_sockets_open"}),
    Graph("Messages of subscriptions", "reqps", {"messages": "sum(rate(questpath_messages_sent_total[5m]))"}),
    Graph("Running operations", "short", {"{{instance}}": "questpath_operations_open"}),
    Graph(
        "Parts of the service (0 works, 1 degraded, 2 down)",
        "short",
        {"{{part}}": _most("service_part_state", "part")},
    ),
    Graph(
        "Rate limits without Redis",
        "reqps",
        {"checks": "sum(rate(questpath_rate_limits_degraded_total[5m]))"},
    ),
    Graph("Compiled plans", "reqps", {"plans": "sum(rate(questpath_plans_compiled_total[5m]))"}),
    Graph("Memory of documents", "bytes", {"{{instance}}": "questpath_document_cache_bytes"}),
)
DASHBOARDS = {"traffic": TRAFFIC, "learners": LEARNERS, "postgres": POSTGRES, "jobs": JOBS, "live": LIVE}
