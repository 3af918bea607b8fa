"""Events: acts of a learner on a device without a connection, which arrive later, in any order."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Protocol

from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.ids import UserId

MOST_EVENTS = 500
"""How many events one batch holds."""
MOST_WAITING = 500
"""How many events of a learner wait at a time."""
ACCEPTED = timedelta(hours=72)
"""How long after it happened an event is accepted, and how long it waits for others."""
_NEXT = timedelta(milliseconds=1)
"""The step between two moments, as clients see them."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
_written = json.JSONEncoder(sort_keys=True).encode


class EventStatus(Enum):
    """What became of an event."""

    APPLIED = "APPLIED"
    REPEATED = "REPEATED"
    REFUSED = "REFUSED"
    WAITING = "WAITING"


class EventTooOldError(DomainError):
    """The event happened, or has waited, more than 72 hours ago."""

    code = "EVENT_TOO_OLD"


class EventIdReusedError(DomainError):
    """The id of the event belongs to another event of the same learner."""

    code = "EVENT_ID_REUSED"


class TooManyWaitingEventsError(DomainError):
    """As many events of the learner wait as are allowed."""

    code = "TOO_MANY_WAITING_EVENTS"


@entity
class Contact:
    """When a device was last in contact before a synchronisation, None where that is not known, and when that began."""

    before: datetime | None
    began_at: datetime


@entity
class GivenEvent:
    """An event as a client sends it; `read` returns its content as JSON, and may refuse it."""

    id: str
    occurred_at: datetime
    kind: str
    read: Callable[[], Mapping[str, Any]]


@entity
class OfflineEvent:
    """An event with what became of it; `status` is None until that is known.

    `claimed_at` is its time by the clock of the device, `at` the time that counts, and `earns_at` the one that counts
    for streak and XP. The content is kept while the event waits, its fingerprint for longer.
    """

    id: str
    device_id: str
    kind: str
    fingerprint: str
    content: Mapping[str, Any]
    claimed_at: datetime
    at: datetime
    earns_at: datetime
    status: EventStatus | None
    refusals: Sequence[DomainError]

    @property
    def tie_break(self) -> str:
        """What orders events of the same time, as text: the clock of the device, the device, and the event."""
        claimed = self.claimed_at.astimezone(UTC).isoformat(timespec="microseconds")
        return f"{claimed} {self.device_id} {self.id}"


@entity
class EventOutcome:
    """What became of an event that a kind has judged."""

    status: EventStatus
    refusals: Sequence[DomainError] = ()


APPLIED = EventOutcome(status=EventStatus.APPLIED)
WAITS = EventOutcome(status=EventStatus.WAITING)


def refused(*refusals: DomainError) -> EventOutcome:
    """Return the outcome of an event that is refused."""
    return EventOutcome(status=EventStatus.REFUSED, refusals=refusals)


@entity
class EventRefusal:
    """A refusal as a value: an exception in a payload would be taken for a failure of its field."""

    error: DomainError

    def __getattr__(self, name: str) -> Any:
        return getattr(self.error, name)


@entity
class SyncedEvent:
    """The answer to one event of a batch; `occurred_at` is the time that counts, None where the event has none."""

    event_id: str
    status: EventStatus
    occurred_at: datetime | None
    refusals: Sequence[EventRefusal]


class OfflineEvents(Protocol):
    """The events of each learner by id, and when their devices were in contact."""

    async def contact(self, user_id: UserId, device_id: str, *, now: datetime) -> Contact:
        """Note that a device is in contact; return when it was.

        The contacts of one hour count as one, so that the batches of one synchronisation have the same answer.
        """

    async def by_ids(self, ids: Sequence[str], *, user_id: UserId) -> list[OfflineEvent]:
        """Return those of the learner's events that are known."""

    async def waiting(self, user_id: UserId) -> list[OfflineEvent]:
        """Return the learner's events that wait, with their contents, the oldest first."""

    async def save(self, events: Sequence[OfflineEvent], *, user_id: UserId, now: datetime) -> None:
        """Store events with what became of them, new ones and those that have waited."""

    async def forget(self, *, before: datetime) -> None:
        """Remove events that arrived before, and devices that were last in contact before."""


def is_name(name: str) -> bool:
    """Tell whether the id of a device or an event is well formed."""
    return _NAME.fullmatch(name) is not None


def checked_name(name: str, *, field: str) -> str:
    """Return the id of a device or an event where it is well formed; raises InvalidInputError."""
    if not is_name(name):
        raise InvalidInputError(
            f"{field} must have 1 to 100 letters from A to Z, digits, - or _; a UUID is one.",
            field=field,
        )
    return name


def fingerprint_of(event: GivenEvent, content: Mapping[str, Any], *, device_id: str) -> str:
    """Return a hash of everything that a client sent of an event."""
    sent = [device_id, event.kind, event.occurred_at.isoformat(), content]
    return hashlib.sha256(_written(sent).encode()).hexdigest()


def time_that_counts(claimed: datetime, *, last_contact: datetime | None, now: datetime) -> datetime:
    """Return the time that counts: the claimed one, moved into (last contact, now]."""
    earliest = claimed if last_contact is None else max(claimed, last_contact + _NEXT)
    return min(earliest, now)


def is_too_old(at: datetime, now: datetime) -> bool:
    """Tell whether an event of this time is not accepted any more."""
    return now > at + ACCEPTED
