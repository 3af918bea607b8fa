"""Times of schedules in Postgres, as pgqueuer keeps them."""

from sqlalchemy import ARRAY, Text, bindparam, text

from domain.jobs.schedules import CronSchedule, Schedule
from persistence.database import SqlConnection
from persistence.statements import Statement

_TIMES = Statement(
    text("""
    SELECT asked.place, s.next_run, s.last_run
    FROM unnest(:names, :crons) WITH ORDINALITY AS asked (name, cron, place)
    LEFT JOIN pgqueuer_schedules s ON s.entrypoint = asked.name AND s.expression = asked.cron
    ORDER BY asked.place
    """).bindparams(bindparam("names", type_=ARRAY(Text)), bindparam("crons", type_=ARRAY(Text)))
)


class SqlSchedules:
    """The schedules in the table `pgqueuer_schedules`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def read(self, asked: list[CronSchedule]) -> list[Schedule]:
        """Return these schedules with their times, in order; one that no worker knows has none."""
        rows = await self._connection.rows(
            _TIMES, names=[each.name for each in asked], crons=[each.cron for each in asked]
        )
        return [
            Schedule(
                name=each.name,
                kind=each.kind.name,
                cron=each.cron,
                description=each.description,
                next_at=next_at,
                last_at=last_at,
            )
            for each, (_, next_at, last_at) in zip(asked, rows, strict=True)
        ]
