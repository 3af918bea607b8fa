"""Roadmaps, nodes and enrolments in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from domain.enrolments import Enrolment, LearnerPath
from domain.errors import NotFoundError
from domain.ids import (
    EnrolmentId,
    LineageId,
    PrerequisiteGroupId,
    RoadmapId,
    RoadmapNodeId,
    RoadmapVersionId,
    UserId,
)
from domain.paging import Page, Window, cut
from domain.prerequisites import Needs, Step
from domain.progress import NodeState
from domain.roadmaps import (
    NewGroup,
    PrerequisiteEdge,
    PrerequisiteGroup,
    Release,
    Roadmap,
    RoadmapNode,
    RoadmapVersion,
    VersionState,
    Visibility,
)
from domain.rows import Columns, Row
from tests.fakes.rows import row_of

T = TypeVar("T")


def page_of(items: Iterable[T], window: Window, key: str) -> Page[T]:
    """Cut a page, highest key first."""
    ordered = sorted(items, key=lambda item: getattr(item, key), reverse=not window.backward)
    if window.key is not None:
        (after,) = window.key
        ordered = [
            i for i in ordered if (getattr(i, key) > after if window.backward else getattr(i, key) < after)
        ]
    return cut(ordered[: window.size + 1], window, lambda item: (getattr(item, key),))


class FakeShelf:
    """What the three stores share."""

    def __init__(self) -> None:
        self.roadmaps: dict[RoadmapId, Roadmap] = {}
        self.versions: dict[RoadmapVersionId, RoadmapVersion] = {}
        self.keys: dict[LineageId, tuple[RoadmapId, str]] = {}
        self.nodes: dict[RoadmapNodeId, RoadmapNode] = {}
        self.groups: dict[PrerequisiteGroupId, NewGroup] = {}
        self.enrolments: dict[EnrolmentId, Enrolment] = {}
        self.marks: dict[tuple[EnrolmentId, LineageId], NodeState] = {}

    def sees(self, roadmap: Roadmap, viewer_id: UserId | None) -> bool:
        public = roadmap.visibility is not Visibility.PRIVATE and roadmap.current_version_id is not None
        enrolled = any((e.user_id, e.roadmap_id) == (viewer_id, roadmap.id) for e in self.enrolments.values())
        return public or roadmap.author_id == viewer_id or enrolled

    def sees_version(self, version: RoadmapVersion, viewer_id: UserId | None) -> bool:
        roadmap = self.roadmaps[version.roadmap_id]
        own = roadmap.author_id == viewer_id
        return self.sees(roadmap, viewer_id) and (own or version.state is not VersionState.DRAFT)

    def nodes_of(self, version_id: RoadmapVersionId, viewer_id: UserId | None) -> list[RoadmapNode]:
        if version_id not in self.versions or not self.sees_version(self.versions[version_id], viewer_id):
            return []
        found = [node for node in self.nodes.values() if node.version_id == version_id]
        return sorted(found, key=lambda node: node.position)

    def groups_of(self, node_id: RoadmapNodeId) -> list[NewGroup]:
        return [new for new in self.groups.values() if new.group.node_id == node_id]

    def members(self, new: NewGroup) -> list[RoadmapNode]:
        version_id = self.nodes[new.group.node_id].version_id
        known = {n.lineage_id: n for n in self.nodes.values() if n.version_id == version_id}
        return [known[lineage] for lineage in new.members if lineage in known]


class FakeRoadmaps:
    """Roadmaps and versions on a shelf."""

    def __init__(self, shelf: FakeShelf) -> None:
        self._shelf = shelf

    async def held(self, roadmap: Roadmap) -> Roadmap:
        known = [r for r in self._shelf.roadmaps.values() if r.slug == roadmap.slug]
        return known[0] if known else self._shelf.roadmaps.setdefault(roadmap.id, roadmap)

    async def holding(self, roadmap_id: RoadmapId) -> Roadmap | None:
        return self._shelf.roadmaps.get(roadmap_id)

    async def author_of_slug(self, slug: str) -> UserId | None:
        return next((r.author_id for r in self._shelf.roadmaps.values() if r.slug == slug), None)

    async def by_ids(self, ids: list[RoadmapId], *, viewer_id: UserId | None) -> list[Roadmap | None]:
        found = [self._shelf.roadmaps.get(id_) for id_ in ids]
        return [r if r and self._shelf.sees(r, viewer_id) else None for r in found]

    async def rows_by_ids(
        self, ids: list[RoadmapId], columns: Columns, *, viewer_id: UserId | None
    ) -> list[Row | None]:
        found = await self.by_ids(ids, viewer_id=viewer_id)
        return [roadmap and row_of(roadmap, "id", columns) for roadmap in found]

    async def by_slug(self, slug: str, *, viewer_id: UserId | None) -> Roadmap | None:
        roadmaps = self._shelf.roadmaps.values()
        return next((r for r in roadmaps if r.slug == slug and self._shelf.sees(r, viewer_id)), None)

    async def page(self, window: Window) -> Page[Roadmap]:
        listed = [
            r
            for r in self._shelf.roadmaps.values()
            if r.visibility is Visibility.PUBLIC and r.current_version_id
        ]
        return page_of(listed, window, "id")

    async def newest_version(self, roadmap_id: RoadmapId) -> RoadmapVersion | None:
        found = [v for v in self._shelf.versions.values() if v.roadmap_id == roadmap_id]
        return max(found, key=lambda version: version.number, default=None)

    async def version_of_content(self, slug: str, content_hash: str) -> RoadmapVersion | None:
        found = [
            v
            for v in self._shelf.versions.values()
            if v.content_hash == content_hash and self._shelf.roadmaps[v.roadmap_id].slug == slug
        ]
        return max(found, key=lambda version: version.number, default=None)

    async def versions_by_ids(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[RoadmapVersion | None]:
        found = [self._shelf.versions.get(id_) for id_ in ids]
        return [v if v and self._shelf.sees_version(v, viewer_id) else None for v in found]

    async def version_rows_by_ids(
        self, ids: list[RoadmapVersionId], columns: Columns, *, viewer_id: UserId | None
    ) -> list[Row | None]:
        found = await self.versions_by_ids(ids, viewer_id=viewer_id)
        return [version and row_of(version, "id", columns) for version in found]

    async def versions_of(
        self, roadmap_ids: list[RoadmapId], window: Window, *, viewer_id: UserId | None
    ) -> list[Page[RoadmapVersion]]:
        seen = [v for v in self._shelf.versions.values() if self._shelf.sees_version(v, viewer_id)]
        return [page_of([v for v in seen if v.roadmap_id == id_], window, "number") for id_ in roadmap_ids]

    async def add_version(self, version: RoadmapVersion) -> None:
        self._shelf.versions[version.id] = version

    async def drop_draft(self, version_id: RoadmapVersionId) -> None:
        if self._shelf.versions[version_id].state is VersionState.DRAFT:
            del self._shelf.versions[version_id]
            self._shelf.nodes = {k: n for k, n in self._shelf.nodes.items() if n.version_id != version_id}

    async def publish(self, version: RoadmapVersion, *, now: datetime) -> Release:
        self._archive(version.roadmap_id)
        published = replace(version, state=VersionState.PUBLISHED, published_at=now)
        self._shelf.versions[version.id] = published
        roadmap = replace(
            self._shelf.roadmaps[version.roadmap_id],
            title=version.title,
            description=version.description,
            visibility=version.visibility,
            current_version_id=version.id,
        )
        self._shelf.roadmaps[roadmap.id] = roadmap
        return Release(roadmap=roadmap, version=published)

    async def archive(self, roadmap_id: RoadmapId) -> Roadmap:
        if roadmap_id not in self._shelf.roadmaps:
            raise NotFoundError("There is no such roadmap.")
        self._archive(roadmap_id)
        roadmap = replace(self._shelf.roadmaps[roadmap_id], current_version_id=None)
        self._shelf.roadmaps[roadmap_id] = roadmap
        return roadmap

    def _archive(self, roadmap_id: RoadmapId) -> None:
        for version in self._shelf.versions.values():
            if version.roadmap_id == roadmap_id and version.state is VersionState.PUBLISHED:
                self._shelf.versions[version.id] = replace(version, state=VersionState.ARCHIVED)


class FakeNodes:
    """Nodes and prerequisites on a shelf."""

    def __init__(self, shelf: FakeShelf) -> None:
        self._shelf = shelf

    async def lineages(self, roadmap_id: RoadmapId, wanted: dict[str, LineageId]) -> dict[str, LineageId]:
        known = {key: id_ for id_, (of, key) in self._shelf.keys.items() if of == roadmap_id}
        self._shelf.keys |= {id_: (roadmap_id, key) for key, id_ in wanted.items() if key not in known}
        return {key: known.get(key, id_) for key, id_ in wanted.items()}

    async def add(self, nodes: list[RoadmapNode], groups: list[NewGroup]) -> None:
        self._shelf.nodes |= {node.id: node for node in nodes}
        self._shelf.groups |= {new.group.id: new for new in groups}

    async def outline(self, version_id: RoadmapVersionId) -> list[Step]:
        nodes = sorted(
            (n for n in self._shelf.nodes.values() if n.version_id == version_id), key=lambda n: n.position
        )
        return [self._step(node) for node in nodes]

    async def by_ids(self, ids: list[RoadmapNodeId], *, viewer_id: UserId | None) -> list[RoadmapNode | None]:
        found = [self._shelf.nodes.get(id_) for id_ in ids]
        versions = self._shelf.versions
        return [
            n if n and self._shelf.sees_version(versions[n.version_id], viewer_id) else None for n in found
        ]

    async def of_versions(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[list[RoadmapNode]]:
        return [self._shelf.nodes_of(id_, viewer_id) for id_ in ids]

    async def rows_of_versions(
        self, ids: list[RoadmapVersionId], columns: Columns, *, viewer_id: UserId | None
    ) -> list[list[Row]]:
        found = await self.of_versions(ids, viewer_id=viewer_id)
        return [[row_of(node, "version_id", columns) for node in nodes] for nodes in found]

    async def edges_of(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[list[PrerequisiteEdge]]:
        return [
            [
                PrerequisiteEdge(from_id=needed.id, to_id=node.id)
                for node in self._shelf.nodes_of(id_, viewer_id)
                for needed in sorted(
                    {
                        m.id: m for new in self._shelf.groups_of(node.id) for m in self._shelf.members(new)
                    }.values(),
                    key=lambda member: member.position,
                )
            ]
            for id_ in ids
        ]

    async def groups_of(
        self, ids: list[RoadmapNodeId], *, viewer_id: UserId | None
    ) -> list[list[PrerequisiteGroup]]:
        seen = await self.by_ids(ids, viewer_id=viewer_id)
        return [[new.group for new in self._shelf.groups_of(node.id)] if node else [] for node in seen]

    async def of_groups(
        self, ids: list[PrerequisiteGroupId], *, viewer_id: UserId | None
    ) -> list[list[RoadmapNode]]:
        members = [self._shelf.members(self._shelf.groups[id_]) for id_ in ids]
        return [
            [n for n in nodes if (await self.by_ids([n.id], viewer_id=viewer_id))[0]] for nodes in members
        ]

    def _step(self, node: RoadmapNode) -> Step:
        groups = self._shelf.groups_of(node.id)
        return Step(
            key=self._shelf.keys[node.lineage_id][1],
            title=node.title,
            weight=node.weight,
            optional=node.optional,
            quiz_slug=node.quiz_slug,
            needs=[
                Needs(
                    mode=new.group.mode,
                    k=new.group.k,
                    of=tuple(self._shelf.keys[lineage][1] for lineage in new.members),
                )
                for new in groups
            ],
        )


class FakeEnrolments:
    """Enrolments on a shelf."""

    def __init__(self, shelf: FakeShelf) -> None:
        self._shelf = shelf

    def _own(self, viewer_id: UserId) -> list[Enrolment]:
        return [
            e for e in sorted(self._shelf.enrolments.values(), key=lambda e: e.id) if e.user_id == viewer_id
        ]

    async def add(self, enrolment: Enrolment) -> Enrolment:
        (known,) = await self.by_roadmaps([enrolment.roadmap_id], viewer_id=enrolment.user_id)
        return known or self._shelf.enrolments.setdefault(enrolment.id, enrolment)

    async def by_ids(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[Enrolment | None]:
        own = {e.id: e for e in self._own(viewer_id)}
        return [own.get(id_) for id_ in ids]

    async def by_roadmaps(self, ids: list[RoadmapId], *, viewer_id: UserId) -> list[Enrolment | None]:
        own = {e.roadmap_id: e for e in self._own(viewer_id)}
        return [own.get(id_) for id_ in ids]

    async def page(self, user_id: UserId, window: Window) -> Page[Enrolment]:
        return page_of(self._own(user_id), window, "id")

    async def holding(self, enrolment_id: EnrolmentId, *, user_id: UserId) -> Enrolment | None:
        return (await self.by_ids([enrolment_id], viewer_id=user_id))[0]

    async def holding_for_quiz(self, user_id: UserId, quiz_slug: str) -> list[Enrolment]:
        versions = {n.version_id for n in self._shelf.nodes.values() if n.quiz_slug == quiz_slug}
        return [e for e in self._own(user_id) if e.version_id in versions]

    async def paths(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        found = await self.by_ids(ids, viewer_id=viewer_id)
        return [self._path(enrolment) if enrolment else None for enrolment in found]

    async def paths_at(self, ids: list[RoadmapNodeId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        own = {e.version_id: e for e in self._own(viewer_id)}
        versions = [node.version_id if (node := self._shelf.nodes.get(id_)) else None for id_ in ids]
        return [self._path(own[v]) if v in own else None for v in versions]

    async def mark(
        self,
        enrolment_id: EnrolmentId,
        lineages: Sequence[LineageId],
        state: NodeState | None,
        *,
        now: datetime,
    ) -> None:
        for lineage in lineages:
            if state is None:
                self._shelf.marks.pop((enrolment_id, lineage), None)
            else:
                self._shelf.marks[enrolment_id, lineage] = state

    async def complete(self, enrolment_id: EnrolmentId, *, now: datetime) -> Enrolment:
        known = self._shelf.enrolments.get(enrolment_id)
        if known is None:
            raise NotFoundError("There is no such enrolment.")
        changed = replace(known, completed_at=known.completed_at or now)
        self._shelf.enrolments[enrolment_id] = changed
        return changed

    def _path(self, enrolment: Enrolment) -> LearnerPath:
        nodes = sorted(
            (n for n in self._shelf.nodes.values() if n.version_id == enrolment.version_id),
            key=lambda n: n.position,
        )
        at = {node.lineage_id: node.id for node in nodes}
        marks = self._shelf.marks
        return LearnerPath(
            enrolment_id=enrolment.id,
            steps=[self._step(node, at) for node in nodes],
            marks={n.id: m for n in nodes if (m := marks.get((enrolment.id, n.lineage_id)))},
            lineages={node.id: node.lineage_id for node in nodes},
        )

    def _step(self, node: RoadmapNode, at: dict[LineageId, RoadmapNodeId]) -> Step:
        needs = [
            Needs(mode=new.group.mode, k=new.group.k, of=tuple(at.get(m, m) for m in new.members))
            for new in self._shelf.groups_of(node.id)
        ]
        return Step(
            key=node.id,
            title=node.title,
            weight=node.weight,
            optional=node.optional,
            quiz_slug=node.quiz_slug,
            needs=needs,
        )
