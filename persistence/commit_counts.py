"""Commit counts: what this process has committed since its start, for metrics."""

from collections.abc import Sequence

from domain.gamification.xp import XpEntry, XpStatus


class CommitCounts:
    """Awarded XP, graded attempts and queued mails."""

    __slots__ = ("attempts", "mails", "xp")

    def __init__(self) -> None:
        self.xp = 0
        self.attempts = 0
        self.mails = 0

    def award(self, entries: Sequence[XpEntry]) -> None:
        """Count the XP of new settled entries; negative amounts are left out."""
        self.xp += sum(max(0, entry.amount) for entry in entries if entry.status is XpStatus.SETTLED)

    def add(self, other: "CommitCounts | None") -> None:
        """Add the counts of a committed unit of work."""
        if other is not None:
            self.xp += other.xp
            self.attempts += other.attempts
            self.mails += other.mails
