"""Marks of nodes in Postgres: the rows of `node_progress`, many at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, any_, bindparam, select, text, update

from domain.gamification.streaks import ActivityKind
from domain.ids import EnrolmentId, LineageId, UserId
from domain.learning.enrolments import SOURCE_TYPE
from domain.learning.progress import NodeState
from domain.offline.node_marks import NodeMark
from persistence.database import SqlConnection
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, columns_for
from persistence.tables.content.roadmaps import enrolments, node_progress

_OF = Statement(
    select(*columns_for(NodeMark, node_progress)).where(
        node_progress.c.enrolment_id == any_(bindparam("ids", type_=ARRAY(ID)))
    ),
    maker(NodeMark, state=member_of(NodeState)),
)
_SAVE = Statement(
    text("""
    INSERT INTO node_progress (enrolment_id, lineage_id, state, changed_at, tie_break, passed, done_at)
    SELECT * FROM unnest(CAST(:enrolments AS text[]), CAST(:lineages AS text[]), CAST(:states AS text[]),
        CAST(:changed AS timestamptz[]), CAST(:tie_breaks AS text[]), CAST(:passed AS boolean[]),
        CAST(:done AS timestamptz[]))
    ON CONFLICT (enrolment_id, lineage_id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at,
        tie_break = excluded.tie_break, passed = excluded.passed, done_at = excluded.done_at
    """)
)
_FORGET_LATER = Statement(
    text(f"""
    WITH gone AS (
        DELETE FROM activities a USING unnest(CAST(:lineages AS text[]), CAST(:moments AS timestamptz[]))
            AS done (lineage_id, moment)
        WHERE a.user_id = :user_id AND a.kind = '{ActivityKind.NODE_COMPLETED.value}'
        AND a.source_type = '{SOURCE_TYPE}' AND a.source_id = done.lineage_id AND a.occurred_at > done.moment
        RETURNING a.user_id
    )
    UPDATE users SET revision = revision + 1 WHERE id IN (SELECT user_id FROM gone)
    """).bindparams(bindparam("user_id", type_=ID))  # noqa: S608 - names of our own
)
_COMPLETED_EARLIER = Statement(
    update(enrolments)
    .where(enrolments.c.id == bindparam("enrolment_id"))
    .where(enrolments.c.completed_at > bindparam("at", type_=MOMENT))
    .values(completed_at=bindparam("at", type_=MOMENT))
)


class SqlNodeMarks:
    """Marks in the table `node_progress`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def of(self, ids: Sequence[EnrolmentId]) -> list[NodeMark]:
        """Return the marks of these enrolments."""
        return await self._connection.all(_OF, ids=list(ids))

    async def save(self, marks: Sequence[NodeMark]) -> None:
        """Store marks in one statement."""
        if not marks:
            return
        await self._connection.run(
            _SAVE,
            enrolments=[mark.enrolment_id for mark in marks],
            lineages=[mark.lineage_id for mark in marks],
            states=[mark.state.value for mark in marks],
            changed=[mark.changed_at for mark in marks],
            tie_breaks=[mark.tie_break for mark in marks],
            passed=[mark.passed for mark in marks],
            done=[mark.done_at for mark in marks],
        )

    async def forget_later(self, user_id: UserId, done: Sequence[tuple[LineageId, datetime]]) -> None:
        """Remove what is recorded for the streak of nodes that were done before that, in one statement."""
        await self._connection.run(
            _FORGET_LATER,
            user_id=user_id,
            lineages=[lineage_id for lineage_id, _ in done],
            moments=[moment for _, moment in done],
        )

    async def completed_earlier(self, enrolment_id: EnrolmentId, *, at: datetime) -> None:
        """Record that a completed enrolment was so at this earlier time."""
        await self._connection.run(_COMPLETED_EARLIER, enrolment_id=enrolment_id, at=at)
