"""Printouts in Postgres."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    Integer,
    Text,
    any_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from domain.ids import PrintoutId, UserId
from domain.paging import Page, Window
from domain.printouts.printouts import (
    PrintCounts,
    PrintedFile,
    PrintFormat,
    Printout,
    PrintoutFilter,
    PrintoutState,
)
from persistence.accounts.user_locks import lock_user
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import FIRST, ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.printouts.printouts import printouts

_now = bindparam("now", type_=MOMENT)
_ids = bindparam("ids", type_=ARRAY(ID))
_id = printouts.c.id == bindparam("printout_id", type_=ID)
_mine = printouts.c.user_id == bindparam("viewer_id", type_=ID)
_is_kept = printouts.c.expires_at > _now
_waits = (printouts.c.state == PrintoutState.WAITING.value) & _is_kept
_state = case((_is_kept, printouts.c.state), else_=literal(PrintoutState.EXPIRED.value))
_columns = columns_for(Printout, printouts, state=_state)
_printout = maker(Printout, state=member_of(PrintoutState), format=member_of(PrintFormat))
_wanted_state = bindparam("state", type_=Text)
_wanted_format = bindparam("format", type_=Text)
_wanted_prefix = bindparam("prefix", type_=Text)
_COUNT = Statement(
    select(
        func.count().filter(_waits),
        func.count().filter(printouts.c.created_at > bindparam("since", type_=MOMENT)),
    ).where(printouts.c.user_id == bindparam("user_id", type_=ID)),
    lambda at_work, today: PrintCounts(at_work=at_work, today=today),
)
_ADD = Statement(insert(printouts).values({field.name: bindparam(field.name) for field in fields(Printout)}))
_WAITING = Statement(select(*_columns).where(_id, _waits), _printout)
_READY = Statement(
    select(*_columns).where(_id, printouts.c.state == PrintoutState.READY.value, _is_kept), _printout
)
_COMPLETE = Statement(
    update(printouts)
    .where(_id, _waits)
    .values(
        state=PrintoutState.READY.value,
        finished_at=_now,
        expires_at=bindparam("until", type_=MOMENT),
        size_bytes=bindparam("size", type_=Integer),
        pages=bindparam("page_count", type_=Integer),
    )
    .returning(printouts.c.id),
    FIRST,
)
_FAIL = Statement(
    update(printouts)
    .where(_id, _waits)
    .values(
        state=PrintoutState.FAILED.value,
        finished_at=_now,
        expires_at=bindparam("until", type_=MOMENT),
        failure=bindparam("sentence", type_=Text),
    )
)
_BY_IDS = Statement(select(*_columns).where(printouts.c.id == any_(_ids), _mine), _printout)
_NEWEST_FIRST = Pages(
    select(*_columns).where(
        _mine,
        or_(_wanted_state.is_(None), _state == _wanted_state),
        or_(_wanted_format.is_(None), printouts.c.format == _wanted_format),
        or_(_wanted_prefix.is_(None), func.starts_with(printouts.c.target_id, _wanted_prefix)),
    ),
    order=[printouts.c.id],
    descending=True,
    make=_printout,
    key_of=lambda printout: (printout.id,),
    name="printouts",
)
_EXPIRED = Statement(
    select(printouts.c.id)
    .where(printouts.c.expires_at <= _now, printouts.c.is_removed.is_(False))
    .order_by(printouts.c.expires_at)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True),
    str,
)
_NOTE_REMOVED = Statement(update(printouts).where(printouts.c.id == any_(_ids)).values(is_removed=True))
_FORGET = Statement(
    delete(printouts).where(
        printouts.c.expires_at < bindparam("before", type_=MOMENT), printouts.c.is_removed.is_(True)
    )
)


class SqlPrintouts:
    """Printouts in the table `printouts`; one that is past its time is EXPIRED without being written."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock_and_count(self, user_id: UserId, *, now: datetime, since: datetime) -> PrintCounts:
        """Lock the user's row, and count."""
        await lock_user(self._connection, user_id)
        counts = await self._connection.first(_COUNT, user_id=user_id, now=now, since=since)
        assert counts is not None  # noqa: S101 - counts are one row
        return counts

    async def add(self, printout: Printout) -> None:
        """Insert a printout."""
        values = {field.name: getattr(printout, field.name) for field in fields(Printout)}
        await self._connection.run(
            _ADD, **values | {"state": printout.state.value, "format": printout.format.value}
        )

    async def waiting(self, printout_id: PrintoutId, *, now: datetime) -> Printout | None:
        """Return a printout that waits for its file still."""
        return await self._connection.first(_WAITING, printout_id=printout_id, now=now)

    async def complete(
        self, printout_id: PrintoutId, file: PrintedFile, *, now: datetime, expires_at: datetime
    ) -> bool:
        """Store that the file is there, unless the printout was given up, or its user deleted."""
        completed = await self._connection.value(
            _COMPLETE,
            printout_id=printout_id,
            now=now,
            until=expires_at,
            size=len(file.content),
            page_count=file.pages,
        )
        return completed is not None

    async def fail(
        self, printout_id: PrintoutId, *, failure: str, now: datetime, expires_at: datetime
    ) -> None:
        """Store why there will be no file."""
        await self._connection.run(
            _FAIL, printout_id=printout_id, sentence=failure, now=now, until=expires_at
        )

    async def ready(self, printout_id: PrintoutId, *, now: datetime) -> Printout | None:
        """Return a printout whose file is kept still."""
        return await self._connection.first(_READY, printout_id=printout_id, now=now)

    async def by_ids(
        self, ids: Sequence[PrintoutId], *, viewer_id: UserId, now: datetime
    ) -> list[Printout | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id, now=now)
        return by_key(ids, found, lambda printout: printout.id)

    async def page(
        self, window: Window, asked: PrintoutFilter, *, viewer_id: UserId, now: datetime
    ) -> Page[Printout]:
        """Return the viewer's printouts, newest first."""
        return await _NEWEST_FIRST.read(
            self._connection,
            window,
            viewer_id=viewer_id,
            now=now,
            state=None if asked.state is None else asked.state.value,
            format=None if asked.format is None else asked.format.value,
            prefix=None if asked.prefix is None else f"{asked.prefix}_",
        )

    async def expired(self, *, now: datetime, most: int) -> list[PrintoutId]:
        """Lock and return printouts whose files may go."""
        ids = await self._connection.all(_EXPIRED, now=now, most=most)
        return [PrintoutId(each) for each in ids]

    async def note_removed(self, ids: Sequence[PrintoutId]) -> None:
        """Note that the files are gone."""
        await self._connection.run(_NOTE_REMOVED, ids=list(ids))

    async def forget(self, *, before: datetime) -> None:
        """Delete rows whose files went long ago."""
        await self._connection.run(_FORGET, before=before)
