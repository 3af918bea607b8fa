"""Enrolments: a learner on one version of a roadmap, with the states of its nodes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from domain.acts import Act
from domain.content.prerequisites import Step
from domain.content.roadmaps import Roadmaps
from domain.entities import entity
from domain.errors import DomainError, NotFoundError
from domain.gamification.xp import Award, XpReason
from domain.gamification.xp_rules import CURRENT, RuleSet
from domain.idempotency import Receipts, first_use
from domain.ids import EnrolmentId, LineageId, RoadmapId, RoadmapNodeId, RoadmapVersionId, UserId
from domain.learning import progress
from domain.learning.progress import NodeStanding, NodeState, Progress
from domain.paging import Page, Window
from domain.refusals import all_at_once

SOURCE_TYPE = "node"
"""The source type of the XP of a node; the source id is the lineage, so that no version awards it twice."""

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
    """The steps of the pinned version by node id, with the stored states and the lineage of each.

    `is_own` says whether the learner writes the roadmap, as its author or as a co-author.
    """

    enrolment_id: EnrolmentId
    steps: list[Step]
    states: dict[str, NodeState]
    lineages: dict[str, LineageId]
    is_own: bool = False

    def standings(self) -> dict[str, NodeStanding]:
        """Return the standing of each node."""
        return progress.standings(self.steps, self.states)

    def progress(self) -> Progress:
        """Return how much is done."""
        return progress.progress(self.steps, self.states)

    def next_nodes(self) -> list[RoadmapNodeId]:
        """Return the first nodes to continue with: those in progress, then available ones, required before optional."""
        standing = self.standings()
        order = {NodeState.IN_PROGRESS: 0, NodeState.AVAILABLE: 1}
        going = [step for step in self.steps if standing[step.key].state in order]
        going.sort(key=lambda step: (order[standing[step.key].state], step.optional))
        return [RoadmapNodeId(step.key) for step in going[:NEXT_NODES]]

    def with_lineage(self, node_id: RoadmapNodeId, lineage: LineageId) -> "LearnerPath":
        """Return the path with the lineage of a node that is not on it."""
        return replace(self, lineages=self.lineages | {node_id: lineage})

    def with_state(self, steps: Sequence[Step], state: NodeState | None) -> "LearnerPath":
        """Return the path once the steps are in `state`; None forgets their states."""
        changed = {step.key for step in steps}
        states = {key: kept for key, kept in self.states.items() if key not in changed}
        return replace(self, states=states if state is None else states | dict.fromkeys(changed, state))


class RoadmapNotPublishedError(DomainError):
    """No version of the roadmap is published."""

    code = "ROADMAP_NOT_PUBLISHED"


class Enrolments(Protocol):
    """Enrolments with the states of their nodes; `viewer_id` leaves out those of other learners."""

    async def add(self, enrolment: Enrolment) -> Enrolment:
        """Store an enrolment, or return the one that the learner has for the roadmap."""

    async def come_back(self, roadmap_id: RoadmapId, *, user_id: UserId) -> Enrolment | None:
        """Return the enrolment that the learner has left, as it was; None where there is none."""

    async def by_ids(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[Enrolment | None]:
        """Return one slot per id, in their order."""

    async def by_roadmaps(self, ids: list[RoadmapId], *, viewer_id: UserId) -> list[Enrolment | None]:
        """Return the viewer's enrolment for each roadmap."""

    async def page(self, user_id: UserId, window: Window) -> Page[Enrolment]:
        """Return a learner's enrolments, newest first."""

    async def lock(self, enrolment_id: EnrolmentId, *, user_id: UserId) -> Enrolment | None:
        """Return an enrolment of the learner's and lock it until the commit."""

    async def lock_for_quiz(self, user_id: UserId, quiz_slug: str) -> list[Enrolment]:
        """Return the learner's enrolments that have a node completed by the quiz, locked, oldest first."""

    async def paths(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        """Return the path of each enrolment."""

    async def paths_at(self, ids: list[RoadmapNodeId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        """Return, for each node, the viewer's path through its version; None where they did not enrol in it.

        The path has the nodes asked for and their prerequisites alone: on these their standings depend.
        """

    async def completed_by_quiz(
        self, user_id: UserId, quiz_slug: str, *, at: datetime
    ) -> list[tuple[EnrolmentId, RoadmapNodeId]]:
        """Return the nodes that the learner completed with the quiz at exactly this moment, with their enrolments."""

    async def set_states(
        self,
        enrolment_id: EnrolmentId,
        lineages: Sequence[LineageId],
        state: NodeState | None,
        *,
        now: datetime,
    ) -> None:
        """Store the state of nodes; None forgets it."""

    async def complete(self, enrolment_id: EnrolmentId, *, now: datetime) -> Enrolment:
        """Record that every required node is done; the first completion stays."""


async def enrol(
    enrolments: Enrolments,
    roadmaps: Roadmaps,
    receipts: Receipts,
    act: Act,
    *,
    roadmap_id: RoadmapId,
    key: str,
) -> Enrolment:
    """Enrol the actor in the current version of a roadmap, or return the enrolment that they have, or had left.

    Raises NotFoundError, RoadmapNotPublishedError or IdempotencyKeyReusedError.
    """
    new_id = EnrolmentId(act.mint("enrolment"))
    given = {"roadmapId": roadmap_id}
    earlier: str | None = None
    with all_at_once() as each:
        with each:
            earlier = await first_use(
                receipts, act, operation="enrol", key=key, given=given, result_id=new_id
            )
        (known,) = await enrolments.by_roadmaps([roadmap_id], viewer_id=act.user_id)
        if known is not None:
            return known
        if earlier is not None:
            raise NotFoundError(
                "You left this roadmap since; make a new key to enrol again.", field="idempotencyKey"
            )
        if (back := await enrolments.come_back(roadmap_id, user_id=act.user_id)) is not None:
            return back
        version_id = await _current_version(roadmaps, roadmap_id, viewer_id=act.user_id)
    return await enrolments.add(
        Enrolment(
            id=new_id,
            user_id=act.user_id,
            roadmap_id=roadmap_id,
            version_id=version_id,
            started_at=act.now,
            completed_at=None,
        )
    )


async def _current_version(
    roadmaps: Roadmaps, roadmap_id: RoadmapId, *, viewer_id: UserId
) -> RoadmapVersionId:
    (roadmap,) = await roadmaps.by_ids([roadmap_id], viewer_id=viewer_id)
    if roadmap is None:
        raise NotFoundError("There is no such roadmap.", field="roadmapId")
    if roadmap.current_version_id is None:
        raise RoadmapNotPublishedError("This roadmap has no published version.", field="roadmapId")
    return roadmap.current_version_id


async def complete_if_done(
    enrolments: Enrolments, enrolment: Enrolment, path: LearnerPath, *, now: datetime
) -> Enrolment:
    """Return the enrolment, completed where the path is; the first completion stays.

    Completing it again notes a check too: a goal about the roadmap may be younger than the first completion.
    """
    return await enrolments.complete(enrolment.id, now=now) if path.progress().is_complete else enrolment


def award_for(
    path: LearnerPath,
    step: Step,
    *,
    user_id: UserId,
    earned: int,
    occurred_at: datetime,
    local_date: date,
    is_own_quiz: bool = False,
    is_unreviewed: bool = False,
    rules: RuleSet = CURRENT,
) -> Award | None:
    """Return the XP for completing a node, which is given once per learner and lineage, in a fork or in its origin.

    Own content earns 0, and so does a quiz whose generated questions were unreviewed. `earned` is the XP of nodes on
    this local date so far, to which the daily cap applies. None for another author's node in the learner's own fork: it
    earns nothing there, and may still earn XP in the origin.
    """
    if path.is_own and step.author_id not in {None, user_id}:
        return None
    is_own = path.is_own or is_own_quiz or step.author_id == user_id
    amount = (
        0 if is_own or is_unreviewed else max(min(rules.node_completed, rules.nodes_cap_per_day - earned), 0)
    )
    explanation = f"Completed \u201c{step.title}\u201d: {amount} XP, once for this step of the roadmap."
    if is_own:
        explanation += " Own content earns nothing."
    elif is_unreviewed:
        explanation += " The quiz asked generated questions that no human had reviewed."
    elif amount < rules.node_completed:
        explanation += f" CAPPED: nodes earn at most {rules.nodes_cap_per_day} XP a day."
    return Award(
        user_id=user_id,
        reason=XpReason.NODE_COMPLETED,
        source_type=SOURCE_TYPE,
        source_id=path.lineages[step.key],
        amount=amount,
        occurred_at=occurred_at,
        local_date=local_date,
        explanation=explanation,
    )
