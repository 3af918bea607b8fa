"""Enrolments in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from domain.content.prerequisites import Needs, Step
from domain.content.roadmap_nodes import NewGroup, RoadmapNode
from domain.errors import NotFoundError
from domain.ids import EnrolmentId, LineageId, RoadmapId, RoadmapNodeId, UserId
from domain.learning.enrolments import Enrolment, LearnerPath
from domain.learning.progress import NodeState
from domain.paging import Page, Window, cut, expect
from tests.builders.roadmaps import Graph


class FakeEnrolments:
    """Enrolments in a dict, with the nodes and prerequisites of their versions."""

    def __init__(self) -> None:
        self.nodes: dict[RoadmapNodeId, RoadmapNode] = {}
        self.groups: list[NewGroup] = []
        self.enrolments: dict[EnrolmentId, Enrolment] = {}
        self.states: dict[tuple[EnrolmentId, LineageId], NodeState] = {}
        self.changed_at: dict[tuple[EnrolmentId, LineageId], datetime] = {}

    def add_graph(self, graph: Graph) -> None:
        """Take the nodes of a version."""
        self.nodes |= {node.id: node for node in graph.nodes.values()}
        self.groups += graph.groups

    def _own(self, viewer_id: UserId) -> list[Enrolment]:
        return [e for e in sorted(self.enrolments.values(), key=lambda e: e.id) if e.user_id == viewer_id]

    async def add(self, enrolment: Enrolment) -> Enrolment:
        (known,) = await self.by_roadmaps([enrolment.roadmap_id], viewer_id=enrolment.user_id)
        return known or self.enrolments.setdefault(enrolment.id, enrolment)

    async def come_back(self, roadmap_id: RoadmapId, *, user_id: UserId) -> Enrolment | None:
        return None  # nobody leaves here

    async def by_ids(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[Enrolment | None]:
        own = {e.id: e for e in self._own(viewer_id)}
        return [own.get(id_) for id_ in ids]

    async def by_roadmaps(self, ids: list[RoadmapId], *, viewer_id: UserId) -> list[Enrolment | None]:
        own = {e.roadmap_id: e for e in self._own(viewer_id)}
        return [own.get(id_) for id_ in ids]

    async def page(self, user_id: UserId, window: Window) -> Page[Enrolment]:
        return _page_of(self._own(user_id), window)

    async def lock(self, enrolment_id: EnrolmentId, *, user_id: UserId) -> Enrolment | None:
        return (await self.by_ids([enrolment_id], viewer_id=user_id))[0]

    async def lock_for_quiz(self, user_id: UserId, quiz_slug: str) -> list[Enrolment]:
        versions = {n.version_id for n in self.nodes.values() if n.quiz_slug == quiz_slug}
        return [e for e in self._own(user_id) if e.version_id in versions]

    async def paths(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        found = await self.by_ids(ids, viewer_id=viewer_id)
        return [self._path(enrolment) if enrolment else None for enrolment in found]

    async def paths_at(self, ids: list[RoadmapNodeId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        own = {e.version_id: e for e in self._own(viewer_id)}
        versions = [node.version_id if (node := self.nodes.get(id_)) else None for id_ in ids]
        return [self._part(self._path(own[v]), ids) if v in own else None for v in versions]

    async def completed_by_quiz(
        self, user_id: UserId, quiz_slug: str, *, at: datetime
    ) -> list[tuple[EnrolmentId, RoadmapNodeId]]:
        return [
            (enrolment.id, node.id)
            for enrolment in self._own(user_id)
            for node in self.nodes.values()
            if (node.version_id, node.quiz_slug) == (enrolment.version_id, quiz_slug)
            and self.states.get((enrolment.id, node.lineage_id)) is NodeState.DONE
            and self.changed_at[enrolment.id, node.lineage_id] == at
        ]

    async def set_states(
        self,
        enrolment_id: EnrolmentId,
        lineages: Sequence[LineageId],
        state: NodeState | None,
        *,
        now: datetime,
    ) -> None:
        for lineage in lineages:
            if state is None:
                self.states.pop((enrolment_id, lineage), None)
            else:
                self.states[enrolment_id, lineage] = state
                self.changed_at[enrolment_id, lineage] = now

    async def complete(self, enrolment_id: EnrolmentId, *, now: datetime) -> Enrolment:
        known = self.enrolments.get(enrolment_id)
        if known is None:
            raise NotFoundError("There is no such enrolment.")
        changed = replace(known, completed_at=known.completed_at or now)
        self.enrolments[enrolment_id] = changed
        return changed

    def _part(self, path: LearnerPath, ids: list[RoadmapNodeId]) -> LearnerPath:
        asked = [step for step in path.steps if step.key in set(ids)]
        kept = {*ids, *(key for step in asked for needs in step.needs for key in needs.of)}
        return replace(
            path,
            steps=[step for step in path.steps if step.key in kept],
            states={key: state for key, state in path.states.items() if key in kept},
            lineages={key: lineage for key, lineage in path.lineages.items() if key in kept},
        )

    def _path(self, enrolment: Enrolment) -> LearnerPath:
        nodes = sorted(
            (n for n in self.nodes.values() if n.version_id == enrolment.version_id),
            key=lambda n: n.position,
        )
        at = {node.lineage_id: node.id for node in nodes}
        return LearnerPath(
            enrolment_id=enrolment.id,
            steps=[self._step(node, at) for node in nodes],
            states={n.id: state for n in nodes if (state := self.states.get((enrolment.id, n.lineage_id)))},
            lineages={node.id: node.lineage_id for node in nodes},
        )

    def _step(self, node: RoadmapNode, at: dict[LineageId, RoadmapNodeId]) -> Step:
        needs = [
            Needs(mode=new.group.mode, k=new.group.k, of=tuple(at.get(m, m) for m in new.members))
            for new in self.groups
            if new.group.node_id == node.id
        ]
        return Step(
            key=node.id,
            title=node.title,
            weight=node.weight,
            optional=node.optional,
            quiz_slug=node.quiz_slug,
            needs=needs,
        )


def _page_of(enrolments: Iterable[Enrolment], window: Window) -> Page[Enrolment]:
    ordered = sorted(enrolments, key=lambda e: e.id, reverse=not window.backward)
    key = expect(window, "enrolments", str)
    if key is not None:
        ordered = [e for e in ordered if (e.id > key[0] if window.backward else e.id < key[0])]
    return cut(ordered[: window.size + 1], window, lambda e: (e.id,), "enrolments")
