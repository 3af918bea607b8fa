"""Progress checks in Postgres: a queue of learners, which the statements that award XP fill."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, exists, func, insert, or_, select, update

from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.learning.daily_targets import daily_targets, progress_checks

_of_user = progress_checks.c.user_id == bindparam("of_user", type_=ID)
_NOTE = Statement(insert(progress_checks).values(user_id=bindparam("of_user", type_=ID)))
_NOTE_TARGET = Statement(
    insert(progress_checks).from_select(
        ["user_id"],
        select(bindparam("of_user", type_=ID)).where(
            exists().where(daily_targets.c.user_id == bindparam("of_user", type_=ID))
        ),
    )
)
_WAITING = Statement(
    select(progress_checks.c.user_id)
    .where(
        or_(
            progress_checks.c.not_before.is_(None),
            progress_checks.c.not_before <= bindparam("now", type_=MOMENT),
        )
    )
    .group_by(progress_checks.c.user_id)
    .order_by(func.min(progress_checks.c.id))
    .limit(bindparam("most", type_=Integer)),
    str,
)
_TAKE = Statement(delete(progress_checks).where(_of_user).returning(progress_checks.c.id))
_POSTPONE = Statement(
    update(progress_checks).where(_of_user).values(not_before=bindparam("until", type_=MOMENT))
)


class SqlProgressChecks:
    """Checks in the table `progress_checks`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def note(self, user_id: UserId) -> None:
        """Note a check of a learner."""
        await self._connection.run(_NOTE, of_user=user_id)

    async def note_target(self, user_id: UserId) -> None:
        """Note a check of a learner who has a daily target, of no other one."""
        await self._connection.run(_NOTE_TARGET, of_user=user_id)

    async def waiting(self, *, now: datetime, limit: int) -> Sequence[UserId]:
        """Return learners with a check that is due, the one noted first in front."""
        return [UserId(id_) for id_ in await self._connection.all(_WAITING, now=now, most=limit)]

    async def take(self, user_id: UserId) -> bool:
        """Remove the checks of a learner; return False if another process has taken them."""
        return bool(await self._connection.rows(_TAKE, of_user=user_id))

    async def postpone(self, user_id: UserId, *, until: datetime) -> None:
        """Let the checks of a learner wait."""
        await self._connection.run(_POSTPONE, of_user=user_id, until=until)
