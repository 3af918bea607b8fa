"""Export requests: users get a link to all their data."""

from datetime import timedelta

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.ids import ExportId
from domain.privacy.exports import LINK_LIFETIME, MOST_A_DAY, DataExport, TooManyExportsError
from domain.privacy.work import PrivacyWork

_DAY = timedelta(days=1)


async def export_my_data(work: PrivacyWork, act: Act) -> DataExport:
    """Permit downloads of the caller's data for one hour; raises TooManyExportsError."""
    if await work.exports.lock_and_count(act.user_id, since=act.now - _DAY) >= MOST_A_DAY:
        raise TooManyExportsError(f"At most {MOST_A_DAY} exports a day; use one of the links, or wait a day.")
    export = DataExport(
        id=ExportId(act.mint("export")),
        user_id=act.user_id,
        created_at=act.now,
        expires_at=act.now + LINK_LIFETIME,
    )
    await work.exports.add(export)
    await audit.record(
        work.audit,
        act,
        AuditAction.DATA_EXPORTED,
        target=act.user_id,
        difference={"export": export.id},
    )
    return export
