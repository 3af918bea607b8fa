"""Worker scaling: grows where jobs wait, shrinks after a quiet minute, and does not swing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.queues import JobQueue
from domain.jobs.rates import JobRate
from domain.jobs.worker_scales import (
    LATE,
    QUIET,
    SETTLE,
    WorkerBounds,
    WorkerLoad,
    WorkerScale,
    load_of,
    scaled,
)

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
BOUNDS = WorkerBounds(least=1, most=4, capacity=10)
SECOND = timedelta(seconds=1)


def load(*, due: int = 0, wait: timedelta = timedelta(), running: int = 0) -> WorkerLoad:
    return WorkerLoad(due=due, oldest_wait=wait, running=running)


def long_at(workers: int) -> WorkerScale:
    return WorkerScale(workers=workers, changed_at=NOW - QUIET)


@pytest.mark.parametrize(
    ("found", "workers"),
    [
        (load(due=1, wait=LATE), 3),
        (load(due=1, wait=LATE - SECOND), 2),
        (load(due=21), 3),
        (load(due=20), 2),
        (load(running=20), 2),
    ],
)
def test_one_worker_is_added_where_jobs_wait(found: WorkerLoad, workers: int) -> None:
    assert scaled(long_at(2), found, BOUNDS, now=NOW).workers == workers


def test_no_worker_is_added_before_the_last_change_has_settled() -> None:
    late = load(due=1, wait=LATE)
    changed = scaled(long_at(1), late, BOUNDS, now=NOW)

    assert scaled(changed, late, BOUNDS, now=NOW + SETTLE - SECOND).workers == 2
    assert scaled(changed, late, BOUNDS, now=NOW + SETTLE).workers == 3


def test_there_are_never_more_workers_than_allowed() -> None:
    assert scaled(long_at(4), load(due=1_000, wait=LATE), BOUNDS, now=NOW).workers == 4


def test_one_worker_ends_after_each_quiet_minute() -> None:
    scale = long_at(3)
    counts = []

    for second in range(0, 4 * int(QUIET.total_seconds()), 10):
        scale = scaled(scale, load(), BOUNDS, now=NOW + timedelta(seconds=second))
        counts.append(scale.workers)

    assert counts == [3] * 6 + [2] * 6 + [1] * 12


def test_a_job_that_waits_begins_the_quiet_minute_anew() -> None:
    quiet = scaled(long_at(2), load(), BOUNDS, now=NOW)

    busy = scaled(quiet, load(due=1), BOUNDS, now=NOW + QUIET - SECOND)

    assert scaled(busy, load(), BOUNDS, now=NOW + QUIET).workers == 2


def test_workers_stay_while_the_jobs_that_run_would_fill_half_of_the_others() -> None:
    scale = scaled(long_at(2), load(running=6), BOUNDS, now=NOW)

    assert scaled(scale, load(running=6), BOUNDS, now=NOW + QUIET).workers == 2
    assert scale.quiet_since is None


@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 30), st.integers(0, 80), st.integers(1, 90)),
        max_size=60,
    )
)
def test_any_load_keeps_the_bounds_and_changes_one_worker_at_a_time(
    steps: list[tuple[int, int, int, int]],
) -> None:
    scale, now = long_at(2), NOW

    for due, wait_s, running, pause_s in steps:
        now += timedelta(seconds=pause_s)
        found = load(due=due, wait=timedelta(seconds=wait_s if due else 0), running=running)
        before, scale = scale, scaled(scale, found, BOUNDS, now=now)
        assert BOUNDS.least <= scale.workers <= BOUNDS.most
        assert abs(scale.workers - before.workers) <= 1
        if scale.workers > before.workers:
            assert now - before.changed_at >= SETTLE


def test_what_a_pause_or_a_rate_holds_back_asks_for_no_worker() -> None:
    def queue(name: str, *, due: int, rate: JobRate | None = None, is_paused: bool = False) -> JobQueue:
        return JobQueue(
            name=name,
            due=due,
            scheduled=0,
            running=1,
            failed=0,
            oldest_due_at=NOW - due * SECOND,
            finished_per_minute=0.0,
            rate=rate,
            paused_at=NOW if is_paused else None,
            paused_by_id=None,
            pause_reason=None,
        )

    found = load_of(
        [
            queue("imports", due=3),
            queue("mail", due=50, rate=JobRate(kind="send_mail", jobs=60, seconds=60)),
            queue("maintenance", due=70, is_paused=True),
        ],
        now=NOW,
    )

    assert found == WorkerLoad(due=3, oldest_wait=3 * SECOND, running=2)
