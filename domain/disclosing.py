"""Disclosing: users decide who sees what of them, and ask for all that is kept of them."""

from datetime import datetime, timedelta

from domain import audit, boards_projection
from domain.audit import AuditAction, Origin
from domain.edits import UNCHANGED, Edit, mandatory
from domain.errors import NotFoundError
from domain.exports import LINK_LIFETIME, MOST_A_DAY, DataExport, TooManyExportsError
from domain.ids import ExportId, Mint, UserId
from domain.privacy import Privacy, ProfileVisibility
from domain.work import Work

_DAY = timedelta(days=1)


async def update_privacy(
    work: Work,
    *,
    user_id: UserId,
    avatar_url: Edit[ProfileVisibility | None] = UNCHANGED,
    bio: Edit[ProfileVisibility | None] = UNCHANGED,
    joined_at: Edit[ProfileVisibility | None] = UNCHANGED,
    on_boards: Edit[bool | None] = UNCHANGED,
    now: datetime,
    mint: Mint,
    origin: Origin,
) -> Privacy:
    """Change what was sent and leave the rest; leaving the boards is seen by their subscribers at once."""
    before = await work.privacies.hold(user_id)
    if before is None:
        raise NotFoundError("There is no such user.")
    after = Privacy(
        user_id=user_id,
        avatar_url=mandatory(avatar_url, before.avatar_url, field="avatarUrl"),
        bio=mandatory(bio, before.bio, field="bio"),
        joined_at=mandatory(joined_at, before.joined_at, field="joinedAt"),
        on_boards=mandatory(on_boards, before.on_boards, field="onBoards"),
    )
    if after == before:
        return after
    await work.privacies.save(after)
    if after.on_boards != before.on_boards:
        await boards_projection.appear(
            work.boards_projection, user_id=user_id, on_boards=after.on_boards, now=now, emit=work.emit
        )
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=user_id,
        action=AuditAction.PRIVACY_CHANGED,
        target=user_id,
        origin=origin,
        difference=_difference(before, after),
    )
    return after


async def export_my_data(
    work: Work, *, user_id: UserId, now: datetime, mint: Mint, origin: Origin
) -> DataExport:
    """Permit one download within the hour; raises TooManyExportsError."""
    if await work.exports.hold(user_id, since=now - _DAY) >= MOST_A_DAY:
        raise TooManyExportsError(f"At most {MOST_A_DAY} exports a day; use one of the links, or wait a day.")
    export = DataExport(
        id=ExportId(mint("export")), user_id=user_id, created_at=now, expires_at=now + LINK_LIFETIME
    )
    await work.exports.add(export)
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=user_id,
        action=AuditAction.DATA_EXPORTED,
        target=user_id,
        origin=origin,
        difference={"export": export.id},
    )
    return export


def _difference(before: Privacy, after: Privacy) -> dict[str, str | None]:
    told: dict[str, str | None] = {
        name: getattr(after, name).value
        for name in ("avatar_url", "bio", "joined_at")
        if getattr(after, name) is not getattr(before, name)
    }
    if after.on_boards != before.on_boards:
        told["on_boards"] = str(after.on_boards).lower()
    return told
