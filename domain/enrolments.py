"""Enrolments: a learner on a roadmap, pinned to one version, and what of it they have done."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from domain import progress, xp_rules
from domain.entities import entity
from domain.errors import DomainError, NotFoundError
from domain.idempotency import Receipts, first_use
from domain.ids import EnrolmentId, LineageId, Mint, RoadmapId, RoadmapNodeId, RoadmapVersionId, UserId
from domain.paging import Page, Window
from domain.prerequisites import Step
from domain.progress import NodeState, Progress, Standing
from domain.roadmaps import Roadmaps
from domain.xp import Award, XpReason

SOURCE_TYPE = "node"
"""The kind of source of the XP of a node; its id is the lineage, so that no version awards it twice."""

NEXT_NODES = 5
"""How many nodes an enrolment suggests."""


@entity
class Enrolment:
    """A learner on a roadmap; `completed_at` is when every required node was done for the first time."""

    id: EnrolmentId
    user_id: UserId
    roadmap_id: RoadmapId
    version_id: RoadmapVersionId
    started_at: datetime
    completed_at: datetime | None


@entity
class LearnerPath:
    """The steps of the pinned version by node id, with what the learner did and the lineage of each."""

    enrolment_id: EnrolmentId
    steps: list[Step]
    marks: dict[str, NodeState]
    lineages: dict[str, LineageId]

    def standings(self) -> dict[str, Standing]:
        """Return where each node stands."""
        return progress.standings(self.steps, self.marks)

    def progress(self) -> Progress:
        """Return how much is done."""
        return progress.progress(self.steps, self.marks)

    def next_nodes(self) -> list[RoadmapNodeId]:
        """Return the first nodes to go on with: those begun, then those available, required before optional."""
        standing = self.standings()
        order = {NodeState.IN_PROGRESS: 0, NodeState.AVAILABLE: 1}
        going = [step for step in self.steps if standing[step.key].state in order]
        going.sort(key=lambda step: (order[standing[step.key].state], step.optional))
        return [RoadmapNodeId(step.key) for step in going[:NEXT_NODES]]


class RoadmapNotPublishedError(DomainError):
    """No version of the roadmap is published, so nobody can enrol."""

    code = "ROADMAP_NOT_PUBLISHED"


class Enrolments(Protocol):
    """Enrolments with the state of each node; `viewer_id` leaves out everyone else's."""

    async def add(self, enrolment: Enrolment) -> Enrolment:
        """Store an enrolment, or return the one that the learner has for the roadmap."""

    async def by_ids(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[Enrolment | None]:
        """Return one slot per id, in their order."""

    async def by_roadmaps(self, ids: list[RoadmapId], *, viewer_id: UserId) -> list[Enrolment | None]:
        """Return the viewer's enrolment for each roadmap."""

    async def page(self, user_id: UserId, window: Window) -> Page[Enrolment]:
        """Return a learner's enrolments, newest first."""

    async def holding(self, enrolment_id: EnrolmentId, *, user_id: UserId) -> Enrolment | None:
        """Return an enrolment of the learner's and hold back every other change of it until the commit."""

    async def holding_for_quiz(self, user_id: UserId, quiz_slug: str) -> list[Enrolment]:
        """Return the learner's enrolments that have a node completed by the quiz, held back, oldest first."""

    async def paths(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        """Return the path of each enrolment."""

    async def paths_at(self, ids: list[RoadmapNodeId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        """Return, for each node, the viewer's path through its version; None where they did not enrol in it."""

    async def mark(
        self,
        enrolment_id: EnrolmentId,
        lineages: Sequence[LineageId],
        state: NodeState | None,
        *,
        now: datetime,
    ) -> None:
        """Keep the state of nodes; None forgets it."""

    async def complete(self, enrolment_id: EnrolmentId, *, now: datetime) -> Enrolment:
        """Note that every required node is done, unless that was noted before."""


async def enrol(
    enrolments: Enrolments,
    roadmaps: Roadmaps,
    receipts: Receipts,
    *,
    user_id: UserId,
    roadmap_id: RoadmapId,
    key: str,
    mint: Mint,
    now: datetime,
) -> Enrolment:
    """Enrol in the current version of a roadmap; who is enrolled already gets that enrolment.

    Raises NotFoundError or RoadmapNotPublishedError.
    """
    wanted = EnrolmentId(mint("enrolment"))
    given = {"roadmapId": roadmap_id}
    await first_use(
        receipts, user_id=user_id, operation="enrol", key=key, given=given, result_id=wanted, now=now
    )
    (known,) = await enrolments.by_roadmaps([roadmap_id], viewer_id=user_id)
    if known is not None:
        return known
    (roadmap,) = await roadmaps.by_ids([roadmap_id], viewer_id=user_id)
    if roadmap is None:
        raise NotFoundError("There is no such roadmap.", field="roadmapId")
    if roadmap.current_version_id is None:
        raise RoadmapNotPublishedError("This roadmap has no published version.", field="roadmapId")
    return await enrolments.add(
        Enrolment(
            id=wanted,
            user_id=user_id,
            roadmap_id=roadmap_id,
            version_id=roadmap.current_version_id,
            started_at=now,
            completed_at=None,
        )
    )


async def nodes_passed(
    enrolments: Enrolments, *, user_id: UserId, quiz_slug: str, now: datetime, local_date: date
) -> list[Award]:
    """Mark the learner's open nodes that this quiz completes as done, and return their awards.

    A node counts where it is available or in progress; one that is locked waits for another pass of the quiz.
    """
    held = await enrolments.holding_for_quiz(user_id, quiz_slug)
    if not held:
        return []
    awards: list[Award] = []
    paths = await enrolments.paths([enrolment.id for enrolment in held], viewer_id=user_id)
    for enrolment, path in zip(held, paths, strict=True):
        passed = [] if path is None else _passed_by(path, quiz_slug)
        if path is None or not passed:
            continue
        lineages = [path.lineages[step.key] for step in passed]
        await enrolments.mark(enrolment.id, lineages, NodeState.DONE, now=now)
        await settle(enrolments, enrolment, marked(path, passed, NodeState.DONE), now=now)
        awards += [
            award_for(path, step, user_id=user_id, occurred_at=now, local_date=local_date) for step in passed
        ]
    return awards


async def settle(
    enrolments: Enrolments, enrolment: Enrolment, path: LearnerPath, *, now: datetime
) -> Enrolment:
    """Return the enrolment, completed where the path is."""
    if enrolment.completed_at is not None or not path.progress().is_complete:
        return enrolment
    return await enrolments.complete(enrolment.id, now=now)


def marked(path: LearnerPath, steps: Sequence[Step], state: NodeState | None) -> LearnerPath:
    """Return the path as it is once the steps are in `state`; None forgets what they were."""
    changed = {step.key for step in steps}
    marks = {key: mark for key, mark in path.marks.items() if key not in changed}
    return replace(path, marks=marks if state is None else marks | dict.fromkeys(changed, state))


def award_for(
    path: LearnerPath, step: Step, *, user_id: UserId, occurred_at: datetime, local_date: date
) -> Award:
    """Return the XP for completing a node, which is given once per learner and lineage."""
    amount = xp_rules.CURRENT.node_completed
    return Award(
        user_id=user_id,
        reason=XpReason.NODE_COMPLETED,
        source_type=SOURCE_TYPE,
        source_id=path.lineages[step.key],
        amount=amount,
        occurred_at=occurred_at,
        local_date=local_date,
        explanation=f"Completed \u201c{step.title}\u201d: {amount} XP, once for this step of the roadmap.",
    )


def _passed_by(path: LearnerPath, quiz_slug: str) -> list[Step]:
    open_states = {NodeState.AVAILABLE, NodeState.IN_PROGRESS}
    standing = path.standings()
    return [s for s in path.steps if s.quiz_slug == quiz_slug and standing[s.key].state in open_states]
