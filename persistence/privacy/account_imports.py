"""Account imports in Postgres: the rows of an export, stored as they are where what they refer to is here."""

import json
from collections.abc import Sequence

from sqlalchemy import Text, bindparam, text

from domain.errors import InvalidInputError
from domain.ids import UserId
from domain.privacy.account_imports import BroughtSection
from persistence.database import SqlConnection
from persistence.statements import ID, Statement, metadata

_OWN = "r.user_id = :user_id"
SECTIONS: dict[str, str] = {
    "zone_changes": _OWN,
    "goals": """r.owner_id = :user_id
        AND (r.roadmap_id IS NULL OR EXISTS (SELECT FROM roadmaps x WHERE x.id = r.roadmap_id))
        AND (r.exam_type_id IS NULL OR EXISTS (SELECT FROM exam_types x WHERE x.id = r.exam_type_id))""",
    "goal_transitions": "EXISTS (SELECT FROM goals g WHERE g.id = r.goal_id AND g.owner_id = :user_id)",
    "daily_targets": _OWN,
    "daily_target_days": _OWN,
    "enrolments": f"""{_OWN} AND EXISTS (
        SELECT FROM roadmap_versions v WHERE v.id = r.version_id AND v.roadmap_id = r.roadmap_id)""",
    "node_progress": """EXISTS (SELECT FROM enrolments e WHERE e.id = r.enrolment_id AND e.user_id = :user_id)
        AND EXISTS (SELECT FROM node_lineages l WHERE l.id = r.lineage_id)""",
    "activities": _OWN,
    "streak_freezes": _OWN,
}
"""The sections whose rows are stored, each with the condition of its rows `r`, in the order of their references."""
_PROFILE = (
    "bio",
    "avatar_url",
    "locale",
    "day_start_hour",
    "avatar_visibility",
    "bio_visibility",
    "joined_visibility",
)
_USER = bindparam("user_id", type_=ID)
_COMPLETE = Statement(
    text(
        f"UPDATE users u SET {', '.join(f'{name} = coalesce(r.{name}, u.{name})' for name in _PROFILE)} "  # noqa: S608 - names of columns
        "FROM jsonb_populate_record(NULL::users, CAST(:given AS jsonb)) r WHERE u.id = :user_id"
    ).bindparams(_USER, bindparam("given", type_=Text))
)


class SqlAccountImports:
    """Rows of exports, in the tables of their sections."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    def sections(self) -> Sequence[str]:
        """Return the sections whose rows can be stored, in the order in which they refer to each other."""
        return [*SECTIONS]

    async def complete_profile(self, user_id: UserId, row: str) -> None:
        """Set picture, words, locale, beginning of the day and visibility of a new account."""
        await self._connection.run(_COMPLETE, user_id=user_id, given=row)

    async def store(self, section: str, rows: str, *, user_id: UserId) -> BroughtSection:
        """Store those rows of a JSON list that are the user's, refer to what is here, and are not here yet."""
        given = json.loads(rows)
        columns = _columns(section, given[0])
        fitting = await self._connection.value(
            _statement(f"SELECT count(*) {_source(section)}"), user_id=user_id, given=rows
        )
        names = ", ".join(columns)
        stored = await self._connection.run(
            _statement(
                f"INSERT INTO {section} ({names}) SELECT {names} {_source(section)} ON CONFLICT DO NOTHING"
            ),
            user_id=user_id,
            given=rows,
        )
        return BroughtSection(name=section, given=len(given), stored=stored, present=fitting - stored)


def _columns(section: str, row: dict[str, object]) -> list[str]:
    """Return the columns that an export has; those of a newer version are refused, so that nothing is lost unseen."""
    known = {column.name for column in metadata.tables[section].columns}
    if unknown := row.keys() - known:
        raise InvalidInputError(
            f"The export is of a newer version: {section} has {', '.join(sorted(unknown))}."
        )
    return [column.name for column in metadata.tables[section].columns if column.name in row]


def _source(section: str) -> str:
    return (
        f"FROM jsonb_populate_recordset(NULL::{section}, CAST(:given AS jsonb)) r WHERE {SECTIONS[section]}"
    )


def _statement(sql: str) -> Statement[tuple[object, ...]]:
    return Statement(text(sql).bindparams(_USER, bindparam("given", type_=Text)))
