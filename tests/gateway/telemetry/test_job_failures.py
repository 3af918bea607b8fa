"""Failures of jobs: one line each, and no flood while a database is away."""

import asyncpg
import pytest
import structlog
from structlog.testing import LogCapture

from gateway.callers import origins
from gateway.telemetry import job_failures
from gateway.telemetry.job_failures import REPEAT_EVERY_S, JobFailures

CANARY = "canary-7f3a"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> LogCapture:
    capture = LogCapture()
    monkeypatch.setattr(job_failures, "_log", structlog.wrap_logger(None, processors=[capture]))
    return capture


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_repeated_failures_are_one_line_a_minute(lines: LogCapture) -> None:
    clock = Clock()
    failures = JobFailures("sweeper", clock)
    for _ in range(20):
        failures(OSError("gone"), 0.5)
        clock.now += REPEAT_EVERY_S / 10
    failures(ValueError("other"), 0.5)

    assert [(line["error"], line.get("unlogged")) for line in lines.entries] == [
        ("OSError", None),
        ("OSError", 9),
        ("ValueError", 9),
    ]
    assert {line["job"] for line in lines.entries} == {"sweeper"}


def test_a_line_names_the_place_and_quotes_no_value(lines: LogCapture) -> None:
    with pytest.raises(ValueError, match="an origin is") as raised:
        origins.origin(CANARY)
    raised.value.args = (CANARY,)

    JobFailures("mailing")(raised.value, 1.0)

    (line,) = lines.entries
    assert line["at"].startswith("gateway/callers/origins.py:")
    assert CANARY not in str(line)
    assert "exc_info" not in line


def test_a_missing_table_says_what_to_run(lines: LogCapture) -> None:
    JobFailures("eraser")(asyncpg.UndefinedTableError('relation "users" does not exist'), 60.0)

    assert lines.entries[0]["hint"] == "run questpath migrate"
