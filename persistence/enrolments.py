"""Enrolments and what the enrolled did, in Postgres."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, Text, and_, any_, bindparam, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.enrolments import Enrolment, LearnerPath
from domain.errors import NotFoundError
from domain.ids import EnrolmentId, LineageId, RoadmapId, RoadmapNodeId, UserId
from domain.paging import Page, Window
from domain.prerequisites import Step
from domain.progress import NodeState
from persistence.base import ID, Statement, by_key, columns_for
from persistence.engine import Connection
from persistence.paging import Pages
from persistence.prerequisites import as_needs, needs_of
from persistence.roadmap_tables import enrolments, node_progress, prerequisite_members, roadmap_nodes, viewer
from persistence.user_tables import users

_columns = columns_for(Enrolment, enrolments)
_ids = bindparam("ids", type_=ARRAY(ID))
_now = bindparam("now", type_=DateTime(timezone=True))
_own = enrolments.c.user_id == viewer

_ADD = Statement(
    insert(enrolments)
    .values({c.name: bindparam(c.name) for c in enrolments.c})
    .on_conflict_do_nothing(constraint="enrolments_user_id_roadmap_id_key")
)
_BY_IDS = Statement(select(*_columns).where(enrolments.c.id == any_(_ids)).where(_own), Enrolment)
_BY_ROADMAPS = Statement(
    select(*_columns).where(enrolments.c.roadmap_id == any_(_ids)).where(_own), Enrolment
)
_NEWEST_FIRST = Pages(
    select(*_columns).where(_own),
    order=[enrolments.c.id],
    descending=True,
    make=Enrolment,
    key_of=lambda enrolment: (enrolment.id,),
)
# The learner's row is locked first, as closing an attempt does it, which locks enrolments afterwards.
_learner = select(users.c.id).where(users.c.id == viewer).with_for_update(key_share=True).cte("learner")
_HOLD = Statement(
    select(*_columns)
    .where(enrolments.c.id == bindparam("id"))
    .where(enrolments.c.user_id == _learner.c.id)
    .with_for_update(key_share=True, of=enrolments),
    Enrolment,
)
_HOLD_FOR_QUIZ = Statement(
    select(*_columns)
    .where(_own)
    .where(
        exists()
        .where(roadmap_nodes.c.version_id == enrolments.c.version_id)
        .where(roadmap_nodes.c.quiz_slug == bindparam("quiz_slug"))
    )
    .order_by(enrolments.c.id)
    .with_for_update(key_share=True),
    Enrolment,
)
_needed = roadmap_nodes.alias("needed")
_paths = (
    select(
        enrolments.c.id,
        roadmap_nodes.c.id,
        roadmap_nodes.c.lineage_id,
        node_progress.c.state,
        roadmap_nodes.c.title,
        roadmap_nodes.c.weight,
        roadmap_nodes.c.optional,
        roadmap_nodes.c.quiz_slug,
        needs_of(
            func.coalesce(_needed.c.id, prerequisite_members.c.lineage_id),
            prerequisite_members.outerjoin(
                _needed,
                and_(
                    _needed.c.lineage_id == prerequisite_members.c.lineage_id,
                    _needed.c.version_id == roadmap_nodes.c.version_id,
                ),
            ),
        ),
    )
    .select_from(
        enrolments.join(roadmap_nodes, roadmap_nodes.c.version_id == enrolments.c.version_id).outerjoin(
            node_progress,
            and_(
                node_progress.c.enrolment_id == enrolments.c.id,
                node_progress.c.lineage_id == roadmap_nodes.c.lineage_id,
            ),
        )
    )
    .where(_own)
    .order_by(enrolments.c.id, roadmap_nodes.c.position)
)
_PATHS = Statement(_paths.where(enrolments.c.id == any_(_ids)))
_asked = roadmap_nodes.alias("asked")
_PATHS_AT = Statement(
    _paths.where(enrolments.c.version_id.in_(select(_asked.c.version_id).where(_asked.c.id == any_(_ids))))
)
_lineages = func.unnest(bindparam("lineages", type_=ARRAY(ID))).column_valued("lineage_id")
_written = insert(node_progress).from_select(
    ["enrolment_id", "lineage_id", "state", "changed_at"],
    select(bindparam("enrolment_id", type_=ID), _lineages, bindparam("state", type_=Text), _now),
)
_MARK = Statement(
    _written.on_conflict_do_update(
        index_elements=["enrolment_id", "lineage_id"],
        set_={"state": _written.excluded.state, "changed_at": _written.excluded.changed_at},
    )
)
_FORGET = Statement(
    delete(node_progress)
    .where(node_progress.c.enrolment_id == bindparam("enrolment_id"))
    .where(node_progress.c.lineage_id == any_(bindparam("lineages", type_=ARRAY(ID))))
)
_COMPLETE = Statement(
    update(enrolments)
    .where(enrolments.c.id == bindparam("enrolment_id"))
    .values(completed_at=func.coalesce(enrolments.c.completed_at, _now))
    .returning(*_columns),
    Enrolment,
)


class SqlEnrolments:
    """Enrolments in the table `enrolments`, the states of nodes in `node_progress`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, enrolment: Enrolment) -> Enrolment:
        """Store an enrolment, or return the one that the learner has for the roadmap."""
        await self._connection.run(_ADD, **{f.name: getattr(enrolment, f.name) for f in fields(Enrolment)})
        (found,) = await self.by_roadmaps([enrolment.roadmap_id], viewer_id=enrolment.user_id)
        assert found is not None  # noqa: S101 - it was stored just now, or before
        return found

    async def by_ids(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[Enrolment | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda enrolment: enrolment.id)

    async def by_roadmaps(self, ids: list[RoadmapId], *, viewer_id: UserId) -> list[Enrolment | None]:
        """Return the viewer's enrolment for each roadmap."""
        found = await self._connection.all(_BY_ROADMAPS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda enrolment: enrolment.roadmap_id)

    async def page(self, user_id: UserId, window: Window) -> Page[Enrolment]:
        """Return a learner's enrolments, newest first."""
        return await _NEWEST_FIRST.read(self._connection, window, viewer_id=user_id)

    async def holding(self, enrolment_id: EnrolmentId, *, user_id: UserId) -> Enrolment | None:
        """Return and lock an enrolment of the learner's."""
        return await self._connection.first(_HOLD, id=enrolment_id, viewer_id=user_id)

    async def holding_for_quiz(self, user_id: UserId, quiz_slug: str) -> list[Enrolment]:
        """Lock the learner's enrolments that have a node completed by the quiz, oldest first."""
        return await self._connection.all(_HOLD_FOR_QUIZ, viewer_id=user_id, quiz_slug=quiz_slug)

    async def paths(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        """Return the path of each enrolment."""
        rows = await self._connection.rows(_PATHS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, _as_paths(rows), lambda path: path.enrolment_id)

    async def paths_at(self, ids: list[RoadmapNodeId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        """Return, for each node, the viewer's path through its version."""
        rows = await self._connection.rows(_PATHS_AT, ids=ids, viewer_id=viewer_id)
        at = {step.key: path for path in _as_paths(rows) for step in path.steps}
        return [at.get(node_id) for node_id in ids]

    async def mark(
        self,
        enrolment_id: EnrolmentId,
        lineages: Sequence[LineageId],
        state: NodeState | None,
        *,
        now: datetime,
    ) -> None:
        """Keep the state of nodes; None forgets it."""
        named = {"enrolment_id": enrolment_id, "lineages": list(lineages)}
        if state is None:
            await self._connection.run(_FORGET, **named)
        else:
            await self._connection.run(_MARK, **named, state=state.value, now=now)

    async def complete(self, enrolment_id: EnrolmentId, *, now: datetime) -> Enrolment:
        """Note that every required node is done, unless that was noted before."""
        changed = await self._connection.first(_COMPLETE, enrolment_id=enrolment_id, now=now)
        if changed is None:
            raise NotFoundError("There is no such enrolment.")
        return changed


def _as_paths(rows: list[Any]) -> list[LearnerPath]:
    paths: dict[EnrolmentId, LearnerPath] = {}
    for enrolment_id, node_id, lineage_id, state, title, weight, optional, quiz_slug, needs in rows:
        if enrolment_id not in paths:
            paths[enrolment_id] = LearnerPath(enrolment_id=enrolment_id, steps=[], marks={}, lineages={})
        path = paths[enrolment_id]
        path.lineages[node_id] = lineage_id
        if state is not None:
            path.marks[node_id] = NodeState(state)
        step = Step(
            key=node_id,
            title=title,
            weight=weight,
            optional=optional,
            quiz_slug=quiz_slug,
            needs=as_needs(needs),
        )
        path.steps.append(step)
    return list(paths.values())
