"""Enrolments and the states of their nodes, in Postgres."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    Text,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from domain.errors import NotFoundError
from domain.ids import EnrolmentId, LineageId, RoadmapId, RoadmapNodeId, UserId
from domain.learning.enrolments import Enrolment, LearnerPath
from domain.learning.progress import NodeState
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.learning.completion_events import progress_check, roadmap_completed
from persistence.learning.learner_paths import as_paths, own, paths_through
from persistence.paging import Pages
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.accounts.users import users
from persistence.tables.content.roadmap_visibility import viewer
from persistence.tables.content.roadmaps import (
    enrolments,
    node_progress,
    prerequisite_groups,
    prerequisite_members,
    roadmap_nodes,
)

enrolment_columns = columns_for(Enrolment, enrolments)
_ids = bindparam("ids", type_=ARRAY(ID))
_now = bindparam("now", type_=MOMENT)

_ADD = Statement(
    insert(enrolments)
    .values({c.name: bindparam(c.name) for c in enrolments.c})
    .on_conflict_do_update(constraint="enrolments_user_id_roadmap_id_key", set_={"left_at": None})
)
_COME_BACK = Statement(
    update(enrolments)
    .where(enrolments.c.user_id == viewer)
    .where(enrolments.c.roadmap_id == bindparam("of_roadmap"))
    .where(enrolments.c.left_at.is_not(None))
    .values(left_at=None)
    .returning(*enrolment_columns),
    Enrolment,
)
_BY_IDS = Statement(select(*enrolment_columns).where(enrolments.c.id == any_(_ids)).where(own), Enrolment)
_BY_ROADMAPS = Statement(
    select(*enrolment_columns).where(enrolments.c.roadmap_id == any_(_ids)).where(own), Enrolment
)
_NEWEST_FIRST = Pages(
    select(*enrolment_columns).where(own),
    order=[enrolments.c.id],
    descending=True,
    make=Enrolment,
    key_of=lambda enrolment: (enrolment.id,),
    name="enrolments",
)
# The learner's row is locked first, as closing an attempt does it, which locks enrolments afterwards.
_learner = select(users.c.id).where(users.c.id == viewer).with_for_update(key_share=True).cte("learner")
_LOCK = Statement(
    select(*enrolment_columns)
    .where(enrolments.c.id == bindparam("id"))
    .where(enrolments.c.user_id == _learner.c.id)
    .where(enrolments.c.left_at.is_(None))
    .with_for_update(key_share=True, of=enrolments),
    Enrolment,
)
_LOCK_FOR_QUIZ = Statement(
    select(*enrolment_columns)
    .where(own)
    .where(
        exists()
        .where(roadmap_nodes.c.version_id == enrolments.c.version_id)
        .where(roadmap_nodes.c.quiz_slug == bindparam("quiz_slug"))
    )
    .order_by(enrolments.c.id)
    .with_for_update(key_share=True),
    Enrolment,
)
_paths = paths_through(enrolments.c.version_id)
_PATHS = Statement(_paths.where(enrolments.c.id == any_(_ids)))
# A page of a large roadmap costs what the nodes of the page and their prerequisites cost.
_asked, _needed = roadmap_nodes.alias("asked"), roadmap_nodes.alias("needed")
_wanted = (
    union(
        select(_asked.c.id).where(_asked.c.id == any_(_ids)),
        select(_needed.c.id)
        .select_from(
            _asked.join(prerequisite_groups, prerequisite_groups.c.node_id == _asked.c.id)
            .join(prerequisite_members, prerequisite_members.c.group_id == prerequisite_groups.c.id)
            .join(
                _needed,
                and_(
                    _needed.c.version_id == _asked.c.version_id,
                    _needed.c.lineage_id == prerequisite_members.c.lineage_id,
                ),
            )
        )
        .where(_asked.c.id == any_(_ids)),
    )
    .cte("wanted")
    .prefix_with("MATERIALIZED")
)
_PATHS_AT = Statement(_paths.where(roadmap_nodes.c.id.in_(select(_wanted.c.id))))
_COMPLETED_BY_QUIZ = Statement(
    select(enrolments.c.id, roadmap_nodes.c.id)
    .where(own)
    .where(node_progress.c.enrolment_id == enrolments.c.id)
    .where(roadmap_nodes.c.version_id == enrolments.c.version_id)
    .where(roadmap_nodes.c.lineage_id == node_progress.c.lineage_id)
    .where(roadmap_nodes.c.quiz_slug == bindparam("quiz_slug"))
    .where(node_progress.c.state == NodeState.DONE.value)
    .where(node_progress.c.changed_at == bindparam("at", type_=MOMENT))
)
_lineages = func.unnest(bindparam("lineages", type_=ARRAY(ID))).column_valued("lineage_id")
_state = bindparam("state", type_=Text)
_is_done = _state == NodeState.DONE.value
_written = insert(node_progress).from_select(
    ["enrolment_id", "lineage_id", "state", "changed_at", "passed", "done_at"],
    select(
        bindparam("enrolment_id", type_=ID),
        _lineages,
        _state,
        _now,
        or_(_is_done, _state == NodeState.SKIPPED.value),
        case((_is_done, _now)),
    ),
)
_SET_STATES = Statement(
    _written.on_conflict_do_update(
        index_elements=["enrolment_id", "lineage_id"],
        set_={
            "state": _written.excluded.state,
            "changed_at": _written.excluded.changed_at,
            "tie_break": None,
            "passed": or_(node_progress.c.passed, _written.excluded.passed),
            "done_at": func.least(node_progress.c.done_at, _written.excluded.done_at),
        },
    )
)
_COMPLETE = Statement(
    update(enrolments)
    .where(enrolments.c.id == bindparam("enrolment_id"))
    .values(completed_at=func.coalesce(enrolments.c.completed_at, _now))
    .returning(*enrolment_columns)
    .add_cte(roadmap_completed(), progress_check()),
    Enrolment,
)


class SqlEnrolments:
    """Enrolments in the table `enrolments`, the states of nodes in `node_progress`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, enrolment: Enrolment) -> Enrolment:
        """Store an enrolment, or return the one that the learner has for the roadmap, also if they had left it."""
        await self._connection.run(_ADD, **{f.name: getattr(enrolment, f.name) for f in fields(Enrolment)})
        (found,) = await self.by_roadmaps([enrolment.roadmap_id], viewer_id=enrolment.user_id)
        assert found is not None  # noqa: S101 - it was stored just now, or before
        return found

    async def come_back(self, roadmap_id: RoadmapId, *, user_id: UserId) -> Enrolment | None:
        """Return the enrolment that the learner has left, as it was."""
        return await self._connection.first(_COME_BACK, of_roadmap=roadmap_id, viewer_id=user_id)

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

    async def lock(self, enrolment_id: EnrolmentId, *, user_id: UserId) -> Enrolment | None:
        """Return and lock an enrolment of the learner's."""
        return await self._connection.first(_LOCK, id=enrolment_id, viewer_id=user_id)

    async def lock_for_quiz(self, user_id: UserId, quiz_slug: str) -> list[Enrolment]:
        """Lock the learner's enrolments that have a node completed by the quiz, oldest first."""
        return await self._connection.all(_LOCK_FOR_QUIZ, viewer_id=user_id, quiz_slug=quiz_slug)

    async def paths(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        """Return the path of each enrolment."""
        rows = await self._connection.rows(_PATHS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, as_paths(rows), lambda path: path.enrolment_id)

    async def paths_at(self, ids: list[RoadmapNodeId], *, viewer_id: UserId) -> list[LearnerPath | None]:
        """Return, for each node, the part of the viewer's path through its version on which its standing depends."""
        rows = await self._connection.rows(_PATHS_AT, ids=ids, viewer_id=viewer_id)
        at = {step.key: path for path in as_paths(rows) for step in path.steps}
        return [at.get(node_id) for node_id in ids]

    async def completed_by_quiz(
        self, user_id: UserId, quiz_slug: str, *, at: datetime
    ) -> list[tuple[EnrolmentId, RoadmapNodeId]]:
        """Return the nodes that the learner completed with the quiz at exactly this moment."""
        rows = await self._connection.rows(_COMPLETED_BY_QUIZ, viewer_id=user_id, quiz_slug=quiz_slug, at=at)
        return [(enrolment_id, node_id) for enrolment_id, node_id in rows]

    async def set_states(
        self,
        enrolment_id: EnrolmentId,
        lineages: Sequence[LineageId],
        state: NodeState | None,
        *,
        now: datetime,
    ) -> None:
        """Store the state of nodes; one that is taken back keeps a row, so that it is known when."""
        stored = NodeState.AVAILABLE if state is None else state
        await self._connection.run(
            _SET_STATES, enrolment_id=enrolment_id, lineages=list(lineages), state=stored.value, now=now
        )

    async def complete(self, enrolment_id: EnrolmentId, *, now: datetime) -> Enrolment:
        """Record that every required node is done; the first completion stays."""
        changed = await self._connection.first(_COMPLETE, enrolment_id=enrolment_id, now=now)
        if changed is None:
            raise NotFoundError("There is no such enrolment.")
        return changed
