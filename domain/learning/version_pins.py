"""Version pins: which version of a roadmap an enrolment is on, and which one is ahead of it."""

from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.ids import EnrolmentId, RoadmapVersionId, UserId
from domain.learning.enrolments import Enrolment, LearnerPath


@entity
class PathAhead:
    """The current version of a roadmap as a path of a learner who is pinned to another one."""

    version_id: RoadmapVersionId
    path: LearnerPath


class Migrations(Protocol):
    """Which versions enrolments are pinned to; `viewer_id` leaves out those of other learners."""

    async def ahead(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[PathAhead | None]:
        """Return the path through the current version, None for an enrolment that is pinned to it or has none."""

    async def pin(self, enrolment_id: EnrolmentId, version_id: RoadmapVersionId) -> Enrolment:
        """Pin an enrolment to a version of its roadmap; the states of nodes stay with their lineages."""

    async def leave(self, enrolment_id: EnrolmentId, *, now: datetime) -> None:
        """Hide an enrolment until its learner comes back."""
