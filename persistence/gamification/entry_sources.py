"""Statements that find entries of the XP ledger by what they were earned with, and entries from rows."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ARRAY, and_, any_, bindparam, func, literal_column, or_, select

from domain.gamification.xp import XpEntry, XpReason, XpStatus
from domain.gamification.xp_sources import ATTEMPT, REGRADE
from persistence.statements import ID, Statement, columns_for
from persistence.tables.gamification.xp import xp_entries

_positional: Callable[..., XpEntry] = XpEntry


_REASONS = {reason.value: reason for reason in XpReason}
_STATUSES = {status.value: status for status in XpStatus}


def entry_of(*columns: Any) -> XpEntry:
    """Build an entry from `entry_columns`."""
    id_, user_id, amount, reason, *plain, status, reverses_id = columns
    return _positional(id_, user_id, amount, _REASONS[reason], *plain, _STATUSES[status], reverses_id)


entry_columns = columns_for(XpEntry, xp_entries)
_ids = any_(bindparam("ids", type_=ARRAY(ID)))
_mine = xp_entries.c.user_id == bindparam("viewer_id")
BY_SOURCES = Statement(
    select(*entry_columns)
    .where(_mine)
    .where(xp_entries.c.source_type == bindparam("source"))
    .where(xp_entries.c.source_id == _ids)
    .order_by(xp_entries.c.id),
    entry_of,
)
_regraded = func.split_part(xp_entries.c.source_id, literal_column("'/'"), literal_column("1"))
OF_ATTEMPTS = Statement(
    select(*entry_columns)
    .where(_mine)
    .where(
        or_(
            and_(xp_entries.c.source_type == literal_column(f"'{ATTEMPT}'"), xp_entries.c.source_id == _ids),
            and_(xp_entries.c.source_type == literal_column(f"'{REGRADE}'"), _regraded == _ids),
        )
    )
    .order_by(xp_entries.c.id),
    entry_of,
)
