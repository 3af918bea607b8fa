"""Evidence in Postgres: one row for a lineage in an enrolment."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ARRAY, Select, and_, any_, bindparam, exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from domain.ids import EnrolmentId, EvidenceId, LineageId, RoadmapId, RoadmapNodeId, UserId
from domain.learning.evidence import Evidence, EvidenceState
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import PagesPerKey, parent_key
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.assessment.attempts import attempts
from persistence.tables.content.quizzes import quizzes
from persistence.tables.content.roadmap_visibility import viewer, worked_on_roadmap
from persistence.tables.content.roadmaps import enrolments, roadmap_nodes, roadmap_versions, roadmaps
from persistence.tables.learning.evidence import evidence

_evidence = maker(Evidence, state=member_of(EvidenceState))
_columns = columns_for(Evidence, evidence)
_ids = bindparam("ids", type_=ARRAY(ID))
_placed = evidence.join(roadmaps, evidence.c.roadmap_id == roadmaps.c.id).join(
    enrolments, evidence.c.enrolment_id == enrolments.c.id
)
_reviewable = and_(worked_on_roadmap(), enrolments.c.left_at.is_(None))
_added = insert(evidence).values({c.name: bindparam(c.name) for c in evidence.c})
_SAVE = Statement(
    _added.on_conflict_do_update(
        index_elements=["enrolment_id", "lineage_id"],
        set_={
            c.name: _added.excluded[c.name]
            for c in evidence.c
            if c.name not in {"enrolment_id", "lineage_id", "roadmap_id", "user_id"}
        },
    ).returning(*_columns),
    _evidence,
)


def _visible(*columns: Any) -> Select[Any]:
    return select(*columns).select_from(_placed).where(or_(evidence.c.user_id == viewer, _reviewable))


_BY_IDS = Statement(_visible(*_columns).where(evidence.c.id == any_(_ids)), _evidence)
_LOCK = Statement(
    _visible(*_columns).where(evidence.c.id == bindparam("evidence_id")).with_for_update(of=evidence),
    _evidence,
)
_IS_ACCEPTED = Statement(
    select(
        exists()
        .where(evidence.c.enrolment_id == bindparam("enrolment_id", type_=ID))
        .where(evidence.c.lineage_id == bindparam("lineage_id", type_=ID))
        .where(evidence.c.state == EvidenceState.ACCEPTED.value)
    )
)
_HAS_PASSED = Statement(
    select(
        exists()
        .where(attempts.c.quiz_id == quizzes.c.id)
        .where(quizzes.c.slug == bindparam("quiz_slug", type_=ID))
        .where(attempts.c.user_id == bindparam("user_id", type_=ID))
        .where(attempts.c.passed)
    )
)
_BY_NODES = Statement(
    select(roadmap_nodes.c.id, *_columns)
    .select_from(
        roadmap_nodes.join(roadmap_versions, roadmap_nodes.c.version_id == roadmap_versions.c.id).join(
            evidence,
            and_(
                evidence.c.lineage_id == roadmap_nodes.c.lineage_id,
                evidence.c.roadmap_id == roadmap_versions.c.roadmap_id,
            ),
        )
    )
    .where(roadmap_nodes.c.id == any_(_ids))
    .where(evidence.c.user_id == viewer)
)
_WAITING = PagesPerKey(
    select(*_columns)
    .select_from(_placed)
    .where(evidence.c.roadmap_id == parent_key)
    .where(evidence.c.state == EvidenceState.SUBMITTED.value)
    .where(_reviewable),
    order=[evidence.c.id],
    make=_evidence,
    key_of=lambda found: (found.id,),
    name="evidence",
)


class SqlEvidence:
    """Evidence in the table `evidence`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def save(self, evidence: Evidence) -> Evidence:
        """Store evidence in place of that for the same lineage in the same enrolment."""
        values = {field.name: getattr(evidence, field.name) for field in fields(Evidence)}
        saved = await self._connection.first(_SAVE, **values | {"state": evidence.state.value})
        assert saved is not None  # noqa: S101 - it was stored just now
        return saved

    async def lock(self, evidence_id: EvidenceId, *, viewer_id: UserId) -> Evidence | None:
        """Return evidence and lock it."""
        return await self._connection.first(_LOCK, evidence_id=evidence_id, viewer_id=viewer_id)

    async def is_accepted(self, enrolment_id: EnrolmentId, lineage_id: LineageId) -> bool:
        """Tell whether evidence for a lineage was accepted."""
        return bool(
            await self._connection.value(_IS_ACCEPTED, enrolment_id=enrolment_id, lineage_id=lineage_id)
        )

    async def has_passed(self, user_id: UserId, quiz_slug: str) -> bool:
        """Tell whether a graded attempt of the learner's at a quiz reached its pass mark."""
        return bool(await self._connection.value(_HAS_PASSED, user_id=user_id, quiz_slug=quiz_slug))

    async def by_ids(self, ids: Sequence[EvidenceId], *, viewer_id: UserId) -> list[Evidence | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda each: each.id)

    async def by_nodes(self, ids: Sequence[RoadmapNodeId], *, viewer_id: UserId) -> list[Evidence | None]:
        """Return the viewer's own evidence for each node, also where they submitted it in another version."""
        rows = await self._connection.rows(_BY_NODES, ids=list(ids), viewer_id=viewer_id)
        found = {node_id: _evidence(*columns) for node_id, *columns in rows}
        return [found.get(id_) for id_ in ids]

    async def waiting(
        self, ids: list[RoadmapId], window: Window, *, viewer_id: UserId | None
    ) -> list[Page[Evidence]]:
        """Return a page of what waits for a review in each roadmap, oldest first."""
        return await _WAITING.read(self._connection, ids, window, viewer_id=viewer_id)
