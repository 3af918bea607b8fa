"""Nodes that were checked offline: per node the last write stands, and a node opens by what was ever done before it.

What was ever done only grows. So whether an event may be applied does not depend on the order of arrival: it waits
until what it needs has arrived.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from domain import ids
from domain.acts import Act
from domain.content.roadmap_nodes import RoadmapNode
from domain.errors import DomainError, NotFoundError
from domain.ids import EnrolmentId, RoadmapNodeId
from domain.learning import node_progress
from domain.learning.node_progress import NodeCompletedByEvidenceError, NodeCompletedByQuizError, NodeOnPath
from domain.learning.progress import NodeState
from domain.offline import node_writes
from domain.offline.event_kinds.kind_rules import EventRules
from domain.offline.events import (
    APPLIED,
    WAITS,
    EventOutcome,
    OfflineEvent,
    refused,
)
from domain.offline.node_writes import NodeWrite, Paths
from domain.offline.work import OfflineWork
from domain.refusals import together
from domain.spaced_review.memory import Schedulers


def content_of(*, enrolment_id: str, node_id: str, state: NodeState) -> dict[str, Any]:
    """Return the content of a check as JSON."""
    return {"enrolment_id": enrolment_id, "node_id": node_id, "state": state.value}


async def apply(
    work: OfflineWork, act: Act, events: Sequence[OfflineEvent], _: Schedulers
) -> Mapping[str, EventOutcome]:
    """Store the writes that are open by now, with their awards, each counted on its own day."""
    paths = await _paths(work, act, events)
    nodes = await _nodes(work, act, events)
    outcomes: dict[str, EventOutcome] = {}
    waiting: dict[str, NodeWrite] = {}
    for event in events:
        try:
            waiting[event.id] = _write(event, paths, nodes)
        except DomainError as refusal:
            outcomes[event.id] = refused(*together(refusal))
    accepted, refusals = await _opened(work, act, paths, waiting)
    await node_writes.store(work, act, paths, accepted)
    outcomes |= {write.event_id: APPLIED for write in accepted}
    outcomes |= {event_id: refused(*together(refusal)) for event_id, refusal in refusals.items()}
    return outcomes | dict.fromkeys(waiting, WAITS)


async def _paths(work: OfflineWork, act: Act, events: Sequence[OfflineEvent]) -> Paths:
    """Read the learner's paths that the events name, in three statements."""
    named = {event.content["enrolment_id"] for event in events}
    asked = sorted(EnrolmentId(id_) for id_ in named if ids.is_id(id_, ids.PREFIXES[EnrolmentId]))
    enrolments = await work.enrolments.by_ids(asked, viewer_id=act.user_id)
    paths = await work.enrolments.paths(asked, viewer_id=act.user_id)
    marks = await work.node_marks.of([found.id for found in enrolments if found is not None])
    return Paths(
        enrolments={found.id: found for found in enrolments if found is not None},
        paths={found.enrolment_id: found for found in paths if found is not None},
        marks={mark.key: mark for mark in marks},
    )


async def _nodes(work: OfflineWork, act: Act, events: Sequence[OfflineEvent]) -> Mapping[str, RoadmapNode]:
    named = {event.content["node_id"] for event in events}
    asked = sorted(RoadmapNodeId(id_) for id_ in named if ids.is_id(id_, ids.PREFIXES[RoadmapNodeId]))
    found = await work.nodes.by_ids(asked, viewer_id=act.user_id)
    return {node.id: node for node in found if node is not None}


def _write(event: OfflineEvent, paths: Paths, nodes: Mapping[str, RoadmapNode]) -> NodeWrite:
    """Return the write that an event asks for; a node of another version stands for the same step of the pinned one."""
    state = NodeState(event.content["state"])
    node_progress.check_settable(state)
    enrolment_id = EnrolmentId(event.content["enrolment_id"])
    path, enrolment = paths.paths.get(enrolment_id), paths.enrolments.get(enrolment_id)
    if path is None or enrolment is None:
        raise NotFoundError("You have no such enrolment.", field="enrolmentId")
    node = nodes.get(event.content["node_id"])
    step = None if node is None else paths.step_of(enrolment_id, node.lineage_id)
    if node is None or step is None:
        raise NotFoundError("The version that you are enrolled in has no such node.", field="nodeId")
    return NodeWrite(
        event_id=event.id,
        enrolment_id=enrolment_id,
        step=step,
        node=node,
        state=state,
        at=max(event.at, enrolment.started_at),
        earns_at=max(event.earns_at, enrolment.started_at),
        tie_break=event.tie_break,
    )


async def _opened(
    work: OfflineWork, act: Act, paths: Paths, waiting: dict[str, NodeWrite]
) -> tuple[list[NodeWrite], dict[str, DomainError]]:
    """Take what is open out of `waiting`, until nothing more opens; return it with what is refused."""
    accepted: list[NodeWrite] = []
    refusals: dict[str, DomainError] = {}
    passed = paths.ever_passed()
    opens = True
    while opens:
        opens = False
        for event_id, write in list(waiting.items()):
            place = (write.enrolment_id, write.step.key)
            if place not in passed and not _is_open(write, passed):
                continue
            del waiting[event_id]
            refusal = await _refusal(work, act, paths, write)
            if refusal is not None:
                refusals[event_id] = refusal
                continue
            accepted.append(write)
            if write.passes and place not in passed:
                passed.add(place)
                opens = True
    return accepted, refusals


def _is_open(write: NodeWrite, passed: set[tuple[EnrolmentId, str]]) -> bool:
    return all(
        sum((write.enrolment_id, key) in passed for key in set(needs.of)) >= needs.count
        for needs in write.step.needs
    )


async def _refusal(work: OfflineWork, act: Act, paths: Paths, write: NodeWrite) -> DomainError | None:
    """Return why a node may not be done by hand, None where it may."""
    if write.state is not NodeState.DONE:
        return None
    path = paths.paths[write.enrolment_id]
    at = NodeOnPath(
        enrolment=paths.enrolments[write.enrolment_id],
        path=path,
        node=write.node,
        step=write.step,
        standing=path.standings()[write.step.key],
    )
    try:
        await node_progress.refuse_tick(work, act, at)
    except DomainError as refusal:
        return refusal
    return None


RULES = EventRules(
    name="node",
    apply=apply,
    refuses=(NodeCompletedByQuizError, NodeCompletedByEvidenceError),
)
