"""Events: what a report says about a defect. Each is built from named facts, so that nothing else can get into it.

Of an exception there is the type, and of a frame the function, the file and the line: no message, no local variable,
no source line. Messages quote values, and locals are values.
"""

import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asyncpg import PostgresError

Event = dict[str, Any]
_ROOT = Path(__file__).parent.parent.parent
_OURS = ("domain", "gateway", "graph", "persistence", "resolvers")
_MOST_FRAMES = 100
_MOST_CAUSES = 10
OK = "ok"


def of_defect(error: BaseException, tags: dict[str, str | None], trace_id: str | None = None) -> Event:
    """Return the event of a defect: its types and places, those of what caused it, and the tags that have a value."""
    causes = list(_causes(error))
    state = next((each.sqlstate for each in causes if isinstance(each, PostgresError)), None)
    event: Event = {
        "level": "error",
        "logger": "questpath",
        "exception": {"values": [_exception(each) for each in reversed(causes)]},
        "tags": _with_values(tags | {"sqlstate": state}),
    }
    return event if trace_id is None else event | {"contexts": {"trace": _trace(trace_id)}}


def of_run(
    name: str,
    *,
    op: str,
    status: str,
    began: float,
    ended: float,
    tags: dict[str, str | None],
    trace_id: str | None,
) -> Event:
    """Return the event of a run that was sampled: its name, its outcome, and its beginning and end in Unix seconds."""
    return {
        "type": "transaction",
        "transaction": name,
        "transaction_info": {"source": "custom"},
        "start_timestamp": began,
        "timestamp": ended,
        "contexts": {"trace": _trace(trace_id) | {"op": op, "status": status}},
        "tags": _with_values(tags),
        "spans": [],
    }


def _trace(trace_id: str | None) -> dict[str, str]:
    return {"trace_id": trace_id or os.urandom(16).hex(), "span_id": os.urandom(8).hex()}


def _with_values(tags: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if value is not None}


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the exception, and what each was raised from or while handling."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen and len(seen) < _MOST_CAUSES:
        seen.add(id(found))
        yield found
        if isinstance(found, BaseExceptionGroup):
            yield from found.exceptions[: _MOST_CAUSES - len(seen)]
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _exception(error: BaseException) -> Event:
    frames = [
        _frame(frame.f_code.co_filename, frame.f_code.co_name, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    shown: Event = {"type": type(error).__name__, "module": type(error).__module__, "value": ""}
    return shown | {"stacktrace": {"frames": frames[-_MOST_FRAMES:]}} if frames else shown


def _frame(file: str, function: str, line: int) -> Event:
    """Return a frame with its file below our root or the folder of packages, so that no folder of the machine shows."""
    path = Path(file)
    is_ours = path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in _OURS
    if is_ours:
        name = str(path.relative_to(_ROOT))
    else:
        parts = path.parts
        after = parts.index("site-packages") + 1 if "site-packages" in parts else len(parts) - 2
        name = "/".join(parts[max(after, 0) :])
    return {"filename": name, "function": function, "lineno": line, "in_app": is_ours}
