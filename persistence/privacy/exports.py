"""Data exports in Postgres: the rows of each table that are a user's, without secret columns."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ARRAY, any_, bindparam, func, insert, select, text

from domain.ids import ExportId, UserId
from domain.privacy.exports import DataExport
from persistence.database import SqlConnection
from persistence.privacy import export_sections
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.accounts.users import users
from persistence.tables.privacy.exports import exports

_SECTIONS = Statement(text(export_sections.statement()).bindparams(bindparam("user_id", type_=ID)))
_LOCK = Statement(select(users.c.id).where(users.c.id == bindparam("id")).with_for_update(key_share=True))
_COUNT = Statement(
    select(func.count())
    .select_from(exports)
    .where(exports.c.user_id == bindparam("user_id"))
    .where(exports.c.created_at > bindparam("since", type_=MOMENT))
)
_ADD = Statement(insert(exports).values({c.name: bindparam(c.name) for c in exports.c}))
_BY_ID = Statement(
    select(*columns_for(DataExport, exports))
    .where(exports.c.id == bindparam("export_id"))
    .where(exports.c.expires_at > bindparam("now", type_=MOMENT)),
    DataExport,
)
_BY_IDS = Statement(
    select(*columns_for(DataExport, exports))
    .where(exports.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(exports.c.user_id == bindparam("viewer_id"))
    .where(exports.c.expires_at > bindparam("now", type_=MOMENT)),
    DataExport,
)


class SqlExports:
    """Permissions in the table `exports`; the documents are read from all the others."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock_and_count(self, user_id: UserId, *, since: datetime) -> int:
        """Return how many exports the user requested; a lock on the user's row blocks new ones."""
        await self._connection.run(_LOCK, id=user_id)
        return int(await self._connection.value(_COUNT, user_id=user_id, since=since))

    async def add(self, export: DataExport) -> None:
        """Store a permission."""
        values = {c.name: getattr(export, c.name) for c in exports.c}
        await self._connection.run(_ADD, **values)

    async def by_id(self, export_id: ExportId, *, now: datetime) -> DataExport | None:
        """Return a permission that has not expired."""
        return await self._connection.first(_BY_ID, export_id=export_id, now=now)

    async def by_ids(
        self, ids: list[ExportId], *, viewer_id: UserId, now: datetime
    ) -> list[DataExport | None]:
        """Return one slot per id, in their order; only the viewer's unexpired ones are filled."""
        found = await self._connection.all(_BY_IDS, ids=ids, viewer_id=viewer_id, now=now)
        return by_key(ids, found, lambda export: export.id)

    async def sections(self, user_id: UserId) -> Mapping[str, str]:
        """Read all sections in one statement, as of one moment."""
        rows = await self._connection.rows(_SECTIONS, user_id=user_id)
        return {str(name): str(section) for name, section in rows}
