"""Password hashing with Argon2id off the event loop, a few at a time, and the lists of common passwords."""

import asyncio
import os
import sys
import threading
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.authentication.passwords import BusyError

T = TypeVar("T")

MEMORY_KIB = 32_768
PASSES = 2
"""With one lane; above OWASP's minimum of 19 MiB and 2 passes. `make bench-logins` measures what it costs."""
LONGEST_QUEUE = 120
"""How many may wait: the last one still finishes within the deadline of an operation."""
_NICENESS = 10
_LISTS = Path(__file__).parent.parent.parent / "content" / "passwords"


class Argon2Passwords:
    """Argon2id in one thread per processor but one, at low priority, behind a bounded queue."""

    def __init__(
        self,
        *,
        memory_kib: int = MEMORY_KIB,
        passes: int = PASSES,
        at_once: int | None = None,
        longest_queue: int = LONGEST_QUEUE,
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        threads = at_once or max(1, (os.cpu_count() or 1) - 1)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2", initializer=_step_back)
        self._most = threads + longest_queue
        self._pending = 0
        self._decoy = _decoy(memory_kib, passes)

    async def hash(self, password: str) -> str:
        """Return a hash with its parameters and salt; raises BusyError."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Compare; without a hash, compare with a decoy and return False after the same work; raises BusyError."""
        right = await self._run(lambda: self._matches(password_hash or self._decoy, password))
        return right and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether the hash was made with other parameters than the current ones."""
        return self._hasher.check_needs_rehash(password_hash)

    def is_common(self, password: str) -> bool:
        """Tell whether the password, in lower case, is one of the common and breached ones."""
        return password in _common()

    async def _run(self, work: Callable[[], T]) -> T:
        if self._pending >= self._most:
            raise BusyError("Too many people are signing in at the moment; try again in ten seconds.")
        self._pending += 1
        job = self._threads.submit(work)
        result = asyncio.wrap_future(job)
        result.add_done_callback(self._end)
        try:
            return await asyncio.shield(result)
        except asyncio.CancelledError:
            job.cancel()  # one that waits never begins; one that has begun is counted until its thread is free
            raise

    def _end(self, result: "asyncio.Future[T]") -> None:
        self._pending -= 1
        if not result.cancelled():
            result.exception()  # the caller has it, or is gone

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _decoy(memory_kib: int, passes: int) -> str:
    """Compose a hash that no password has, to compare with if there is no account."""
    salt, digest = (b64encode(os.urandom(length)).decode().rstrip("=") for length in (16, 32))
    return f"$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${digest}"


@cache
def _common() -> frozenset[str]:
    """Read the lists, which takes some 30 ms, when the first password is set."""
    return frozenset(
        line for name in ("short.txt", "long.txt") for line in (_LISTS / name).read_text("utf-8").splitlines()
    )


def _step_back() -> None:
    """Lower the thread's priority below the event loop's, where the system supports it."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
