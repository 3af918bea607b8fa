"""Counts: what this process has committed since its start, for metrics."""

from collections.abc import Sequence

from domain.xp import XpEntry, XpStatus


class Counts:
    """XP that was awarded, attempts that were graded and mails that were queued."""

    __slots__ = ("attempts", "mails", "xp")

    def __init__(self) -> None:
        self.xp = 0
        self.attempts = 0
        self.mails = 0

    def award(self, entries: Sequence[XpEntry]) -> None:
        """Count the XP of new entries that are settled; what is taken back counts nowhere."""
        self.xp += sum(max(0, entry.amount) for entry in entries if entry.status is XpStatus.SETTLED)

    def add(self, other: "Counts | None") -> None:
        """Add what a unit of work counted, once it is committed."""
        if other is not None:
            self.xp += other.xp
            self.attempts += other.attempts
            self.mails += other.mails
