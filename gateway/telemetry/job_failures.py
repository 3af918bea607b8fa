"""Failures of background jobs: one log line each, without a traceback, and one a minute while they last."""

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import structlog

REPEAT_EVERY_S = 60.0
_MOST_PLACES = 3
_ROOT = Path(__file__).parent.parent.parent
_OURS = ("domain", "gateway", "graph", "persistence", "resolvers")
_log = structlog.get_logger("gateway.jobs.background")


class JobFailures:
    """Logs the failures of one job; call it with the error and the seconds until the next try.

    The text of an error is left out, because it may quote a value. A failure of the same kind within a minute is
    counted in the next line.
    """

    def __init__(self, job: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._job = job
        self._clock = clock
        self._kind: str | None = None
        self._logged_at = 0.0
        self._unlogged = 0

    def __call__(self, error: Exception, retry_s: float) -> None:
        """Log a failure, unless one of its kind was logged within the last minute."""
        now, kind = self._clock(), type(error).__name__
        if kind == self._kind and now - self._logged_at < REPEAT_EVERY_S:
            self._unlogged += 1
            return
        facts = facts_of(error)
        if self._unlogged:
            facts["unlogged"] = self._unlogged
        self._kind, self._logged_at, self._unlogged = kind, now, 0
        _log.warning("job_failed", job=self._job, error=kind, retry_s=retry_s, **facts)


def facts_of(error: Exception) -> dict[str, Any]:
    """Return the cause of an error, its places in our code, and what to do about it."""
    facts: dict[str, Any] = {}
    if error.__cause__ is not None:
        facts["cause"] = type(error.__cause__).__name__
    if places := _places(error):
        facts["at"] = places
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError):
        facts["hint"] = "run questpath migrate"
    return facts


def _places(error: Exception) -> str:
    """Return the last places in our code that the error passed, the innermost first."""
    places = []
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in _OURS:
            places.append(f"{path.relative_to(_ROOT)}:{frame.lineno}")
    return " < ".join(places[:_MOST_PLACES])
