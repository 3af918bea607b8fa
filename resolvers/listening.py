"""Listening: how a shared stream tells its events to many subscribers, each event once and the same to all."""

from collections.abc import Callable
from typing import Any, Protocol


def mark_of(event: Any) -> str | None:
    """Return what a client that was sent the event may go on from: its version; None where it has none."""
    return getattr(event, "version", None)


class Listener(Protocol):
    """One subscriber of a shared stream."""

    @property
    def is_ready(self) -> bool:
        """Whether it takes the next event; one who does not is told later what it missed."""

    def take(self, event: Any) -> None:
        """Take an event, without waiting."""

    def end(self, error: Exception) -> None:
        """Learn that the stream failed and that nothing will follow."""

    def on_leave(self, leave: "Callable[[Listener], None]") -> None:
        """Learn how to leave, which may change while it listens."""
