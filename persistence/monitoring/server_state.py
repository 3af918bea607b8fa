"""Server state: the version of Postgres, its migration, its role and its replicas."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from domain.unit_of_work import Meter
from persistence.database import Database
from persistence.statements import Statement


@dataclass(frozen=True, slots=True)
class ServerState:
    """What Postgres says about itself. `replicas` have no lag where the role may not read it (`pg_monitor`)."""

    migration: str | None
    version: str
    is_read_only: bool
    is_replica: bool
    replay_lag_s: float | None
    replicas: list[dict[str, Any]]


_STATE = Statement(
    text("""
        SELECT version_num, current_setting('server_version'), current_setting('transaction_read_only') = 'on',
            pg_is_in_recovery(), extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float,
            ARRAY(SELECT application_name FROM pg_stat_replication ORDER BY pid),
            ARRAY(SELECT state FROM pg_stat_replication ORDER BY pid),
            ARRAY(SELECT extract(epoch FROM replay_lag)::float FROM pg_stat_replication ORDER BY pid)
        FROM alembic_version
    """),
    lambda *columns: columns,
)


async def read(database: Database) -> ServerState:
    """Read the state; raises UnavailableError where Postgres does not answer."""
    async with database.connection(Meter()) as connection:
        found = await connection.first(_STATE)
    migration, version, is_read_only, is_replica, lag, names, states, lags = found or (
        *(None, "", False, False, None),
        *([], [], []),
    )
    replicas = [
        {"name": name, "state": state, "lag_s": behind}
        for name, state, behind in zip(names, states, lags, strict=True)
    ]
    return ServerState(migration, version, is_read_only, is_replica, lag, replicas)
