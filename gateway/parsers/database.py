"""Parser of the command `database`."""

import argparse

from gateway.parsers.commands import add_command

_ROWS = 20


def add_database(database: argparse.ArgumentParser) -> None:
    """Add what can be asked about the database."""
    actions = database.add_subparsers(required=True, metavar="ACTION")
    report = add_command(
        actions,
        "report",
        "databases.reports.report_database",
        "Show sizes, use of indexes, bloat, vacuum and the longest statements.",
    )
    report.add_argument("--limit", type=int, default=_ROWS, help=f"rows of each section ({_ROWS})")
    report.add_argument("--json", action="store_true", help="print one JSON object")
