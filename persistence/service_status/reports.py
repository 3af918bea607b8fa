"""Reports of processes in Postgres."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, bindparam, delete, select, text

from domain.ids import ProcessId
from domain.service_status.parts import PartState, Trouble
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.service_status.reports import service_reports


def _trouble(cause: str, state: str, since: datetime) -> Trouble:
    return Trouble(cause=cause, state=PartState(state), since=since)


_REPLACE = Statement(
    text("""
    WITH gone AS (
        DELETE FROM service_reports WHERE process_id = :process_id AND cause <> ALL (:causes)
    )
    INSERT INTO service_reports (process_id, cause, state, since, seen_at)
    SELECT :process_id, given.cause, given.state, given.since, :now
    FROM unnest(:causes, :states, :sinces) AS given (cause, state, since)
    ON CONFLICT (process_id, cause) DO UPDATE
        SET state = excluded.state, since = excluded.since, seen_at = excluded.seen_at
    """).bindparams(
        bindparam("process_id", type_=ID),
        bindparam("causes", type_=ARRAY(ID)),
        bindparam("states", type_=ARRAY(ID)),
        bindparam("sinces", type_=ARRAY(MOMENT)),
        bindparam("now", type_=MOMENT),
    )
)
_OF_OTHERS = Statement(
    select(service_reports.c.cause, service_reports.c.state, service_reports.c.since)
    .where(service_reports.c.process_id != bindparam("process"))
    .where(service_reports.c.seen_at >= bindparam("earliest", type_=MOMENT)),
    _trouble,
)
_FORGET = Statement(
    delete(service_reports).where(service_reports.c.seen_at < bindparam("before", type_=MOMENT))
)


class SqlReports:
    """Reports in the table `service_reports`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def replace(self, process_id: ProcessId, troubles: Sequence[Trouble], *, now: datetime) -> None:
        """Store what a process sees, in place of what it saw before."""
        await self._connection.run(
            _REPLACE,
            process_id=process_id,
            causes=[trouble.cause for trouble in troubles],
            states=[trouble.state.value for trouble in troubles],
            sinces=[trouble.since for trouble in troubles],
            now=now,
        )

    async def of_others(self, process_id: ProcessId, *, since: datetime) -> list[Trouble]:
        """Return what other processes have seen since then."""
        return await self._connection.all(_OF_OTHERS, process=process_id, earliest=since)

    async def forget(self, *, before: datetime) -> None:
        """Remove the reports that were last repeated before."""
        await self._connection.run(_FORGET, before=before)
