"""Node marks: the last write of each node on a learner's path, and what was ever done there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.ids import EnrolmentId, LineageId, UserId
from domain.learning.progress import NodeState

MarkKey = tuple[EnrolmentId, LineageId]


@entity
class NodeMark:
    """The last write of a node; `tie_break` is None where it was made online.

    `passed` says whether the node was ever done or skipped, `done_at` when it was done first. Neither is taken back.
    """

    enrolment_id: EnrolmentId
    lineage_id: LineageId
    state: NodeState
    changed_at: datetime
    tie_break: str | None
    passed: bool
    done_at: datetime | None

    @property
    def key(self) -> MarkKey:
        """What the mark is about."""
        return (self.enrolment_id, self.lineage_id)

    @property
    def order(self) -> tuple[datetime, str]:
        """What decides which of two writes is the last."""
        return (self.changed_at, self.tie_break or "")


class NodeMarks(Protocol):
    """The marks of nodes of learners whose rows are locked."""

    async def of(self, ids: Sequence[EnrolmentId]) -> list[NodeMark]:
        """Return the marks of these enrolments."""

    async def save(self, marks: Sequence[NodeMark]) -> None:
        """Store marks in place of those that are known."""

    async def forget_later(self, user_id: UserId, done: Sequence[tuple[LineageId, datetime]]) -> None:
        """Remove what is recorded for the streak of nodes that are now known to have been done before that."""

    async def completed_earlier(self, enrolment_id: EnrolmentId, *, at: datetime) -> None:
        """Record that an enrolment that is completed was so at this earlier time."""
