"""Evidence: what a learner shows for a node, a text or a link, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain import text
from domain.accounts.web_addresses import checked_url
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.ids import EnrolmentId, EvidenceId, LineageId, RoadmapId, RoadmapNodeId, UserId
from domain.paging import Page, Window
from domain.refusals import all_at_once

LONGEST_EVIDENCE = 10_000
LONGEST_COMMENT = 2_000


class EvidenceState(Enum):
    """What became of evidence."""

    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    RETURNED = "RETURNED"


@entity
class Evidence:
    """What a learner shows for a lineage in an enrolment; another submission takes its place.

    `reviewer_id` is None for evidence that was accepted at once, and that waits.
    """

    id: EvidenceId
    enrolment_id: EnrolmentId
    roadmap_id: RoadmapId
    node_id: RoadmapNodeId
    lineage_id: LineageId
    user_id: UserId
    text: str | None
    url: str | None
    state: EvidenceState
    comment: str | None
    reviewer_id: UserId | None
    submitted_at: datetime
    reviewed_at: datetime | None


class NodeTakesNoEvidenceError(DomainError):
    """Something else than evidence completes the node."""

    code = "NODE_TAKES_NO_EVIDENCE"


class NodeAlreadyDoneError(DomainError):
    """The node is done, so that evidence for it would change nothing."""

    code = "NODE_ALREADY_DONE"


class EvidenceStore(Protocol):
    """Evidence; `viewer_id` leaves out what the viewer neither submitted nor may review.

    Evidence of learners who left the roadmap waits until they come back: only they see it.
    """

    async def save(self, evidence: Evidence) -> Evidence:
        """Store evidence in place of that for the same lineage in the same enrolment."""

    async def lock(self, evidence_id: EvidenceId, *, viewer_id: UserId) -> Evidence | None:
        """Return evidence and lock it until the commit."""

    async def is_accepted(self, enrolment_id: EnrolmentId, lineage_id: LineageId) -> bool:
        """Tell whether evidence for a lineage was accepted."""

    async def has_passed(self, user_id: UserId, quiz_slug: str) -> bool:
        """Tell whether a graded attempt of the learner's at a quiz reached its pass mark."""

    async def by_ids(self, ids: Sequence[EvidenceId], *, viewer_id: UserId) -> list[Evidence | None]:
        """Return one slot per id, in their order."""

    async def by_nodes(self, ids: Sequence[RoadmapNodeId], *, viewer_id: UserId) -> list[Evidence | None]:
        """Return the viewer's own evidence for each node, also where they submitted it in another version."""

    async def waiting(
        self, ids: list[RoadmapId], window: Window, *, viewer_id: UserId | None
    ) -> list[Page[Evidence]]:
        """Return a page of what waits for a review in each roadmap that the viewer may review, oldest first."""


def checked(text_: str | None, url: str | None) -> tuple[str | None, str | None]:
    """Return a text and an https address as they are stored; raises InvalidInputErrors, all at once."""
    with all_at_once() as each:
        with each:
            if text_ is None and url is None:
                raise InvalidInputError("Give a text, a url, or both.", field="text")
            if text_ is not None:
                text_ = text.prose(text_, field="text", longest=LONGEST_EVIDENCE, shortest=1)
        with each:
            url = None if url is None else checked_url(url, field="url")
    return text_, url
