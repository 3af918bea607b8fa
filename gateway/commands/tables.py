"""Tables for people and JSON for programs: how commands print lists."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson


def print_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str) -> None:
    """Print rows of the same columns: one JSON array, or a table with a head, or the sentence `empty`."""
    if as_json:
        print(orjson.dumps(list(rows), option=orjson.OPT_UTC_Z).decode())
    elif rows:
        lines = [list(rows[0]), *([_text(value) for value in row.values()] for row in rows)]
        widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
        for line in lines:
            print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    else:
        print(empty)


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
