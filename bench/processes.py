"""CPU time and memory of process trees, read from /proc, and pinning to a core."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_CHILDREN_USER, _CHILDREN_SYSTEM = 13, 14


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process tree: user and system, living and ended processes."""
    return sum(_own(member) + _ended_below(member) for member in tree(pid))


def rss_mb(pid: int) -> float:
    """Return the resident memory of a process tree in MiB."""
    pages = sum(int(Path(f"/proc/{member}/statm").read_text().split()[1]) for member in tree(pid))
    return pages * _PAGE / 2**20


def tree(pid: int) -> list[int]:
    """Return the process and its descendants."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except FileNotFoundError:
        return []
    return [pid, *(member for child in children for member in tree(child))]


@contextmanager
def on_core(number: int | None) -> Iterator[None]:
    """Pin this process, and what it starts inside the block, to one core if it can; None pins nothing."""
    allowed = os.sched_getaffinity(0)
    cores = sorted(allowed)
    if number is not None and len(cores) > 1:
        with suppress(OSError):
            os.sched_setaffinity(0, {cores[number % len(cores)]})
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, allowed)


def _own(pid: int) -> float:
    """Return the time of the living threads: the sum of utime and stime, but in nanoseconds instead of ticks."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except (FileNotFoundError, ValueError):
        return _ticks(pid, 11) + _ticks(pid, 12)


def _ended_below(pid: int) -> float:
    return _ticks(pid, _CHILDREN_USER) + _ticks(pid, _CHILDREN_SYSTEM)


def _ticks(pid: int, place: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return int(fields[place]) * _TICK_S
