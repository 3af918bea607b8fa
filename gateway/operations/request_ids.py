"""Request ids: UUIDs of version 7, which sort by time."""

import itertools
import os
import time

_VERSION, _VARIANT = 0x7000, 0x8000


class RequestIds:
    """Makes the ids of one process: the clock, 26 random bits of the process, and a number that begins at random.

    Randomness for each id would cost a system call in each request. They are no secrets.
    """

    def __init__(self) -> None:
        high, low = int.from_bytes(os.urandom(2)) & 0xFFF, int.from_bytes(os.urandom(2)) & 0x3FFF
        self._middle = f"-{_VERSION | high:04x}-{_VARIANT | low:04x}-"
        self._numbers = itertools.count(int.from_bytes(os.urandom(6)) >> 1)

    def make(self) -> str:
        """Return a new id."""
        moment = f"{time.time_ns() // 1_000_000:012x}"
        return f"{moment[:8]}-{moment[8:]}{self._middle}{next(self._numbers):012x}"
