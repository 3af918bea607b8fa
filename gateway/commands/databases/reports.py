"""Command `database report`: what operators ask Postgres about its tables, indexes, vacuum and statements."""

import argparse

import orjson

from gateway.commands import tables
from gateway.settings.environment import Settings
from persistence.database import connect
from persistence.monitoring import report

_DEADLINE_S = 60.0
_TITLES = {
    "tables": ("Tables, the largest first", "There are no tables."),
    "indexes": ("Indexes, the largest first", "There are no indexes."),
    "unused_indexes": (
        "Indexes without a scan since the statistics were reset, those of unique columns left out",
        "Every index is used.",
    ),
    "bloat": (
        "Space that tables take and do not need, estimated",
        "Postgres has no statistics yet; run ANALYZE.",
    ),
    "vacuum": ("Age in transactions, the oldest first", "There are no tables."),
    "statements": ("Statements by total time", "No statement was counted."),
}
_NO_STATEMENTS = (
    "pg_stat_statements is not loaded; docs/operators/slow-queries.md says how to count statements."
)


async def report_database(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print each section as a table with its first rows, or all of them as one JSON object."""
    async with connect(url, largest=1, statement_deadline_s=_DEADLINE_S) as database:
        sections = await report.read(database, limit=arguments.limit)
    if arguments.json:
        print(orjson.dumps(sections, option=orjson.OPT_UTC_Z).decode())
        return 0
    for name, (title, empty) in _TITLES.items():
        rows = sections[name]
        print(f"{title}:\n")
        tables.print_rows(rows or [], as_json=False, empty=_NO_STATEMENTS if rows is None else empty)
        print()
    return 0
