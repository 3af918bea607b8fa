"""XP: an append-only ledger; what is settled in it, and nothing else, is a learner's total."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from domain import xp_rules
from domain.entities import entity
from domain.ids import Mint, UserId, XpEntryId
from domain.paging import Page, Window
from domain.signals import Signal

TOPIC = "xp"
"""The topic of the signal that a learner's ledger grew; its body is the learner's id."""


class XpReason(Enum):
    """What an entry is for."""

    QUIZ = "QUIZ"
    QUIZ_COMPLETION = "QUIZ_COMPLETION"
    QUIZ_PERFECT = "QUIZ_PERFECT"
    NODE_COMPLETED = "NODE_COMPLETED"
    GOAL_COMPLETED = "GOAL_COMPLETED"
    STREAK_MILESTONE = "STREAK_MILESTONE"
    DAILY_TARGET = "DAILY_TARGET"
    REVIEW = "REVIEW"
    ADJUSTMENT = "ADJUSTMENT"


QUIZ_REASONS = frozenset({XpReason.QUIZ, XpReason.QUIZ_COMPLETION, XpReason.QUIZ_PERFECT})
"""The reasons whose XP comes from quizzes, which the daily cap counts."""


class XpStatus(Enum):
    """Whether an entry counts: only a settled one does."""

    PENDING = "PENDING"
    SETTLED = "SETTLED"
    REVERSED = "REVERSED"


@entity
class Award:
    """XP that a rule grants; (user, reason, source type, source id) is granted once for all time."""

    user_id: UserId
    reason: XpReason
    source_type: str
    source_id: str
    amount: int
    occurred_at: datetime
    local_date: date
    explanation: str
    status: XpStatus = XpStatus.SETTLED


@entity
class XpSource:
    """What an entry was earned with: the kind of thing and its id."""

    type: str
    id: str


@entity
class XpEntry:
    """One line of the ledger; `reverses_id` names the entry that a correction takes back."""

    id: XpEntryId
    user_id: UserId
    amount: int
    reason: XpReason
    source_type: str
    source_id: str
    rule_version: int
    explanation: str
    occurred_at: datetime
    local_date: date
    status: XpStatus
    reverses_id: XpEntryId | None

    @property
    def source(self) -> XpSource:
        """What the entry was earned with."""
        return XpSource(type=self.source_type, id=self.source_id)


@entity
class Earned:
    """All entries that one thing earned."""

    entries: list[XpEntry]

    @property
    def awarded(self) -> int:
        """The XP of them that counts."""
        return sum(entry.amount for entry in self.entries if entry.status is XpStatus.SETTLED)


@entity
class Discrepancy:
    """A learner whose total is not the sum of their settled entries."""

    user_id: UserId
    xp_total: int
    settled: int


@entity
class QuizXp:
    """What a learner has earned with quizzes: on one local date, and since one moment, pending included."""

    today: int
    lately: int


class Xp(Protocol):
    """The ledger, with the total and the level that follow from it."""

    async def add(self, entries: Sequence[XpEntry]) -> list[XpEntry]:
        """Store the entries whose key is new and raise totals and levels with them, in one statement.

        Sheets of their learners that were read before are out of date then.

        Returns one slot per entry: itself, or the one that was stored under its key before.
        """

    async def page(self, user_id: UserId, window: Window) -> Page[XpEntry]:
        """Return a learner's entries, newest first."""

    async def by_sources(
        self, source_type: str, source_ids: Sequence[str], *, viewer_id: UserId
    ) -> list[list[XpEntry]]:
        """Return the viewer's own entries of each source, one slot per id, oldest first."""

    async def discrepancies(self) -> list[Discrepancy]:
        """Return every learner whose settled entries do not sum to their total, read in one statement."""


async def award(
    ledger: Xp, awards: Sequence[Award], *, mint: Mint, emit: Callable[[Signal], None]
) -> list[XpEntry]:
    """Write the awards into the ledger and return one entry for each, in their order.

    An award that was given before returns its first entry and changes nothing. Settled amounts change total
    and level in the same transaction; pending ones count nowhere. Each learner with a new entry is signalled.
    """
    if not awards:
        return []
    wanted = entries_of(awards, mint=mint)
    stored = await ledger.add(wanted)
    new = {entry.user_id for entry, asked in zip(stored, wanted, strict=True) if entry.id == asked.id}
    for user_id in sorted(new):
        emit(grown(user_id))
    return stored


def entries_of(awards: Sequence[Award], *, mint: Mint) -> list[XpEntry]:
    """Return the entries that the awards make in the ledger."""
    return [_entry(given, XpEntryId(mint("xp"))) for given in awards]


def grown(user_id: UserId) -> Signal:
    """Return the signal that a learner's ledger grew."""
    return Signal(topic=TOPIC, body=user_id)


async def reconcile(ledger: Xp) -> list[Discrepancy]:
    """Prove that each learner's settled entries sum to their total; return those for whom they do not."""
    return await ledger.discrepancies()


def _entry(given: Award, entry_id: XpEntryId) -> XpEntry:
    return XpEntry(
        id=entry_id,
        user_id=given.user_id,
        amount=given.amount,
        reason=given.reason,
        source_type=given.source_type,
        source_id=given.source_id,
        rule_version=xp_rules.CURRENT.version,
        explanation=given.explanation,
        occurred_at=given.occurred_at,
        local_date=given.local_date,
        status=given.status,
        reverses_id=None,
    )
