"""Activity log: what a learner did in topics, chats and threads, and what was generated for them, act by act."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import UserId
from domain.paging import Page, Window


class LoggedAct(Enum):
    """A kind of act in the log."""

    TOPIC_CHAIN_CREATED = "TOPIC_CHAIN_CREATED"
    TOPIC_EXPLORED = "TOPIC_EXPLORED"
    CHAT_STARTED = "CHAT_STARTED"
    QUESTION_ASKED = "QUESTION_ASKED"
    THREAD_CREATED = "THREAD_CREATED"
    CONTENT_ADDED = "CONTENT_ADDED"
    GENERATED = "GENERATED"


@entity
class LoggedActivity:
    """One act. `microseconds` is its moment in Unix time, by which the log is ordered; it is about an object.

    `duration` is how long a language model worked at it. A generation has no object: what it made has its own life.
    """

    kind: LoggedAct
    microseconds: int
    key: str
    object_id: str | None
    summary: str
    occurred_at: datetime
    duration: timedelta | None


@entity
class ActivityFilter:
    """A filter of the log; None leaves a condition out. `since` is included, `until` is not."""

    kinds: list[LoggedAct] | None = None
    since: datetime | None = None
    until: datetime | None = None


class ActivityLog(Protocol):
    """The log, read from the objects that it is about: what is deleted is not in it."""

    async def page(self, asked: ActivityFilter, window: Window, *, user_id: UserId) -> Page[LoggedActivity]:
        """Return the user's acts, the latest first."""


def checked_filter(asked: ActivityFilter) -> ActivityFilter:
    """Return the filter if it can find something; raises InvalidInputError."""
    if asked.kinds is not None and not asked.kinds:
        raise InvalidInputError("kinds must name at least one kind; leave it out for all.", field="kinds")
    if asked.since is not None and asked.until is not None and asked.until <= asked.since:
        raise InvalidInputError("until must be later than since.", field="until")
    return asked
