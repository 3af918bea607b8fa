"""Log files: the log in `questpath.log` and its errors in `errors.log`, a file a day, written by several processes."""

import fcntl
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

KEPT_DAYS = 30
ERRORS_KEPT_DAYS = 90
MODE = 0o640
TELL_EVERY_S = 60.0


def today() -> date:
    """Return the present day in UTC, by which files are named."""
    return datetime.now(UTC).date()


class LogFile:
    """A file to which several processes append; the first of them to write on a new day renames that of the day before.

    Lines are appended by one system call, so those of two processes are not mixed. A file that another program
    renamed is opened anew. Lines that cannot be written are lost, and nothing waits for them; standard error says so.
    """

    def __init__(self, path: Path, *, kept_days: int, today: Callable[[], date] = today) -> None:
        self._path = path
        self._kept_days = kept_days
        self._today = today
        self._day: date | None = None
        self._is_torn = False
        self._told_at = -TELL_EVERY_S
        self._file = self._opened()

    def write(self, lines: bytes) -> None:
        """Append whole lines."""
        now = self._today()
        if now != self._day:
            self._turn_over(now)
        try:
            if self._is_moved():
                self._reopen()
            self._append(lines)
        except OSError as error:
            self._tell(error)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _opened(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)

    def _reopen(self) -> None:
        before, self._file = self._file, self._opened()
        os.close(before)

    def _append(self, lines: bytes) -> None:
        left = memoryview(b"\n" + lines if self._is_torn else lines)
        while left:
            written = os.write(self._file, left)
            left = left[written:]
            self._is_torn = bool(left)  # a full disk takes a part, and refuses the next

    def _is_moved(self) -> bool:
        mine = os.fstat(self._file)
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return True
        return (mine.st_dev, mine.st_ino) != (there.st_dev, there.st_ino)

    def _turn_over(self, now: date) -> None:
        """Rename the file if its day is over; without the lock this process goes on, and tries at its next line."""
        try:
            with self._locked():
                self._rename(now)
        except BlockingIOError:
            return
        except OSError as error:
            self._tell(error)
        self._day = now

    def _rename(self, now: date) -> None:
        before = self._day
        if self._is_moved():  # another process was first
            self._reopen()
            before = None
        kept = os.fstat(self._file)
        before = before or datetime.fromtimestamp(kept.st_mtime, UTC).date()
        if before < now and kept.st_size:
            self._path.rename(self._free_name(before))
            self._reopen()
        self._remove_old(now)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock of the folder, for which no file is needed."""
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(folder)

    def _free_name(self, day: date) -> Path:
        name = self._path.with_name(f"{self._path.name}.{day}")
        number = 0
        while name.exists():  # the clock was set back
            number += 1
            name = self._path.with_name(f"{self._path.name}.{day}.{number}")
        return name

    def _remove_old(self, now: date) -> None:
        oldest = now - timedelta(days=self._kept_days)
        named = re.compile(re.escape(self._path.name) + r"\.(\d{4}-\d\d-\d\d)(?:\.\d+)?")
        for path in self._path.parent.iterdir():
            found = named.fullmatch(path.name)
            if found and found[1] < oldest.isoformat():
                path.unlink(missing_ok=True)

    def _tell(self, error: OSError) -> None:
        now = time.monotonic()
        if now - self._told_at >= TELL_EVERY_S:
            self._told_at = now
            with suppress(OSError):
                sys.stderr.write(f"questpath: {self._path} cannot be written ({error.strerror}).\n")
                sys.stderr.flush()


class LogFiles:
    """The two files of a folder; raises OSError for a folder that cannot be written."""

    def __init__(self, folder: Path, *, today: Callable[[], date] = today) -> None:
        self._all = LogFile(folder / "questpath.log", kept_days=KEPT_DAYS, today=today)
        self._errors = LogFile(folder / "errors.log", kept_days=ERRORS_KEPT_DAYS, today=today)

    def write(self, lines: bytes, *, are_errors: bool = False) -> None:
        """Append lines, of errors to both files."""
        self._all.write(lines)
        if are_errors:
            self._errors.write(lines)

    def close(self) -> None:
        """Close both."""
        self._all.close()
        self._errors.close()
