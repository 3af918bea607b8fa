"""The review log: an append-only set of entries for each card, from which the state of the card follows.

Logs of several devices are merged by putting their entries together. An entry is known by its card, its time and the
id that its client gave it, so that the order in which entries arrive does not matter.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import Enum, IntEnum

from domain.entities import entity
from domain.ids import ReviewCardId

_DAY = timedelta(days=1)


class Rating(IntEnum):
    """How well a question was remembered."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


class EntryKind(Enum):
    """What an entry is: a review by the learner, an answer in an attempt or in study mode, or the undo of a review."""

    REVIEW = "REVIEW"
    ANSWER = "ANSWER"
    UNDO = "UNDO"


@entity
class LogEntry:
    """An entry of a card's log; `undoes` is the client id of the review that an UNDO takes back, else None.

    `local_date` is the learner's at that time. `source_id` names the attempt of an ANSWER, or the answer in study mode.
    """

    card_id: ReviewCardId
    reviewed_at: datetime
    client_id: str
    kind: EntryKind
    rating: Rating | None
    undoes: str | None
    seconds: int | None
    source_id: str | None
    local_date: date

    @property
    def order(self) -> tuple[datetime, str, str, int, str]:
        """The order of the log; entries of one time and client id differ by what they say."""
        return (self.reviewed_at, self.client_id, self.kind.value, self.rating or 0, self.undoes or "")


def effective(entries: Iterable[LogEntry]) -> list[LogEntry]:
    """Return the reviews and answers that count, in their order.

    An entry that was taken back does not count, wherever its undo stands in the log. Of several entries with one time
    and one client id the first in order counts, so that a device that repeats itself changes nothing.
    """
    known = sorted(entries, key=lambda entry: entry.order)
    undone = {entry.undoes for entry in known if entry.kind is EntryKind.UNDO}
    first: dict[tuple[datetime, str], LogEntry] = {}
    for entry in known:
        if entry.kind is not EntryKind.UNDO:
            first.setdefault((entry.reviewed_at, entry.client_id), entry)
    return [e for e in first.values() if e.kind is EntryKind.ANSWER or e.client_id not in undone]


def histories(entries: Iterable[LogEntry]) -> list[tuple[int, int]]:
    """Return the ratings of one card with the whole days since the one before, as parameters are fitted to them."""
    found: list[tuple[int, int]] = []
    before: datetime | None = None
    for entry in effective(entries):
        assert entry.rating is not None  # noqa: S101 - only an undo has none
        days = 0 if before is None else (entry.reviewed_at - before) // _DAY
        found.append((int(entry.rating), days))
        before = entry.reviewed_at
    return found
