"""Pipes: one thread writes what another one reads, so that neither holds all of it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import BinaryIO


@contextmanager
def produced(produce: Callable[[BinaryIO], object]) -> Iterator[BinaryIO]:
    """Yield a reader of what `produce` writes in a thread.

    An error of `produce` is raised at the end of the block, in place of what the reader said of an early end.
    """
    reading, writing = os.pipe()
    errors: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(writing, "wb") as writer:
                produce(writer)
        except BaseException as error:  # noqa: BLE001 - it is raised in the other thread
            errors.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as reader:
            yield reader
    finally:
        thread.join()
        for error in errors:
            if not isinstance(error, BrokenPipeError):
                raise error
