"""XP: an append-only ledger; a learner's total is the sum of their settled entries."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.gamification import xp_rules
from domain.ids import AttemptId, Mint, UserId, XpEntryId
from domain.paging import Page, Window
from domain.signals import Signal

TOPIC = "xp"
"""The topic of the signal for a new entry of a learner; its body is the learner's id."""


class XpReason(Enum):
    """The reason of an entry."""

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
"""The reasons of XP from quizzes, to which the daily cap applies."""


class XpStatus(Enum):
    """The state of an entry; only settled ones count."""

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
    reverses_id: XpEntryId | None = None


@entity
class XpSource:
    """The source of an entry: the kind of object and its id."""

    type: str
    id: str


@entity
class XpEntry:
    """One entry of the ledger; `reverses_id` names the entry that a correction reverses."""

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
        """The source of the entry."""
        return XpSource(type=self.source_type, id=self.source_id)


@entity
class Earned:
    """All entries of one source."""

    entries: list[XpEntry]

    @property
    def awarded(self) -> int:
        """The sum of the settled entries."""
        return sum(entry.amount for entry in self.entries if entry.status is XpStatus.SETTLED)


@entity
class Discrepancy:
    """A learner whose stored total differs from the sum of their settled entries."""

    user_id: UserId
    xp_total: int
    settled: int


@entity
class QuizXp:
    """The XP of a learner from quizzes on one local date, and since a given time; pending XP is included."""

    today: int
    lately: int


@entity
class PendingXp:
    """A withheld entry with its learner; the rule settles it at `settles_at` unless there is a further finding."""

    entry: XpEntry
    user_id: UserId
    settles_at: datetime


def pending_of(entry: XpEntry) -> PendingXp:
    """Return a withheld entry as moderators see it."""
    return PendingXp(
        entry=entry, user_id=entry.user_id, settles_at=entry.occurred_at + xp_rules.CURRENT.settled_after
    )


@entity
class GoalXp:
    """What the XP of a goal depends on: the learner's paid goals, and their XP from other sources.

    `paid_on_date` counts the goals that were paid on a local date; `about_paid` says whether a goal for the same
    roadmap or exam type was paid before. `unspent` is the settled XP since a goal was created and since the last XP
    goal that was paid.
    """

    paid_on_date: int
    about_paid: bool
    unspent: int


class Xp(Protocol):
    """The ledger, and the totals and levels of learners."""

    async def add(self, entries: Sequence[XpEntry]) -> list[XpEntry]:
        """Store the entries whose key is new and raise totals and levels with them, in one statement.

        Attempt sheets of their learners that were read before are out of date afterwards. Return one slot per entry:
        itself, or the entry that was stored before under its key.
        """

    async def lock(self, user_id: UserId) -> None:
        """Lock the learner's row until the commit, so that what is read next stays true."""

    async def by_id(self, entry_id: XpEntryId) -> XpEntry | None:
        """Return an entry of any learner."""

    async def by_ids(self, ids: Sequence[XpEntryId], *, viewer_id: UserId) -> list[XpEntry | None]:
        """Return the viewer's own entries among these, one slot per id, in their order."""

    async def pending(self, window: Window) -> Page[PendingXp]:
        """Return the withheld entries of all learners, oldest first."""

    async def due(self, *, before: datetime, limit: int) -> list[XpEntry]:
        """Return withheld entries that occurred by `before`, whose learners had no further finding since, oldest first.

        A finding is an entry that is withheld or rejected, or that corrects another.
        """

    async def decide(self, ids: Sequence[XpEntryId], status: XpStatus) -> list[XpEntry]:
        """Settle or reverse those of the entries that are pending, and return them; totals and levels follow."""

    async def earned_on(self, user_id: UserId, reason: XpReason, local_date: date) -> int:
        """Return what the learner earned for a reason on a local date, pending XP included."""

    async def goal_xp(
        self, user_id: UserId, *, local_date: date, about_id: str | None, since: datetime
    ) -> GoalXp:
        """Return what the XP of a goal that was created at `since` depends on."""

    async def page(self, user_id: UserId, window: Window) -> Page[XpEntry]:
        """Return a learner's entries, newest first."""

    async def of_attempts(self, ids: Sequence[AttemptId], *, viewer_id: UserId) -> list[list[XpEntry]]:
        """Return the viewer's own entries of each attempt and of its regrades, one slot per id, oldest first."""

    async def by_sources(self, source: str, ids: Sequence[str], *, viewer_id: UserId) -> list[list[XpEntry]]:
        """Return the viewer's own entries of each source, one slot per id, oldest first."""

    async def discrepancies(self) -> list[Discrepancy]:
        """Return every learner whose total differs from the sum of their settled entries, in one statement."""


async def award(
    ledger: Xp, awards: Sequence[Award], *, mint: Mint, emit: Callable[[Signal], None]
) -> list[XpEntry]:
    """Write the awards into the ledger and return one entry for each, in their order.

    A repeated award returns its first entry and changes nothing. Settled amounts change total and level in the same
    transaction; pending ones do not count. Emit one signal for each learner with a new entry.
    """
    if not awards:
        return []
    wanted = entries_of(awards, mint=mint)
    stored = await ledger.add(wanted)
    new = {entry.user_id for entry, asked in zip(stored, wanted, strict=True) if entry.id == asked.id}
    for user_id in sorted(new):
        emit(ledger_signal(user_id))
    return stored


def entries_of(awards: Sequence[Award], *, mint: Mint) -> list[XpEntry]:
    """Return the ledger entries of the awards."""
    return [_entry(earned, XpEntryId(mint("xp"))) for earned in awards]


def ledger_signal(user_id: UserId) -> Signal:
    """Return the signal for new entries of a learner."""
    return Signal(topic=TOPIC, body=user_id)


async def reconcile(ledger: Xp) -> list[Discrepancy]:
    """Check every learner's total against their settled entries; return the learners with a difference."""
    return await ledger.discrepancies()


def _entry(earned: Award, entry_id: XpEntryId) -> XpEntry:
    return XpEntry(
        id=entry_id,
        user_id=earned.user_id,
        amount=earned.amount,
        reason=earned.reason,
        source_type=earned.source_type,
        source_id=earned.source_id,
        rule_version=xp_rules.CURRENT.version,
        explanation=earned.explanation,
        occurred_at=earned.occurred_at,
        local_date=earned.local_date,
        status=earned.status,
        reverses_id=earned.reverses_id,
    )
