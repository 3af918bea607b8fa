"""Time allowances in Postgres."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import ARRAY, any_, bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from domain.assessment.time_allowances import LEAST, TimeAllowance
from domain.ids import UserId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.assessment.time_allowances import time_allowances

_allowance = maker(TimeAllowance, multiplier=float)
_columns = columns_for(TimeAllowance, time_allowances)
_BY_USERS = Statement(
    select(*_columns).where(time_allowances.c.user_id == any_(bindparam("ids", type_=ARRAY(ID)))), _allowance
)
_new = insert(time_allowances).values({column.name: bindparam(column.name) for column in _columns})
_STORE = Statement(
    _new.on_conflict_do_update(
        index_elements=["user_id"],
        set_={name: _new.excluded[name] for name in ("multiplier", "set_by_id", "set_at")},
    )
)
_REMOVE = Statement(delete(time_allowances).where(time_allowances.c.user_id == bindparam("user_id")))
_wanted = bindparam("wanted_id", type_=ID)
_PAGES = Pages(
    select(*_columns).where(or_(_wanted.is_(None), time_allowances.c.user_id == _wanted)),
    order=[time_allowances.c.user_id],
    descending=True,
    make=_allowance,
    key_of=lambda allowance: (allowance.user_id,),
    name="timeAllowances",
)


class SqlTimeAllowances:
    """Allowances in the table `time_allowances`; a learner without more time has no row."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def by_users(self, ids: Sequence[UserId]) -> list[TimeAllowance | None]:
        """Return one slot per learner, in their order."""
        found = await self._connection.all(_BY_USERS, ids=list(ids))
        return by_key(ids, found, lambda allowance: allowance.user_id)

    async def store(self, allowance: TimeAllowance) -> None:
        """Store the allowance of a learner, or remove it."""
        if allowance.multiplier == LEAST:
            await self._connection.run(_REMOVE, user_id=allowance.user_id)
            return
        await self._connection.run(
            _STORE,
            user_id=allowance.user_id,
            multiplier=Decimal(str(allowance.multiplier)),
            set_by_id=allowance.set_by_id,
            set_at=allowance.set_at,
        )

    async def page(self, window: Window, *, user_id: UserId | None) -> Page[TimeAllowance]:
        """Return the allowances, the newest accounts first."""
        return await _PAGES.read(self._connection, window, wanted_id=user_id)
