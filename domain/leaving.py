"""Leaving: sessions end, by signing out, revoking one or revoking all."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain import access, audit
from domain.audit import AuditAction, Origin
from domain.errors import NotFoundError
from domain.ids import Mint, SessionId, UserId
from domain.sessions import Session, digest
from domain.users import Viewer
from domain.work import Work


async def end(work: Work, ids: Sequence[SessionId], *, user_id: UserId, now: datetime) -> list[Session]:
    """End those of the sessions that are the user's and open: their tokens, refresh and access, are void."""
    if not ids:
        return []
    ended = await work.sessions.end(ids, user_id=user_id, now=now)
    for session in ended:
        await access.withdraw(work.access, user_id=user_id, session_id=session.id, now=now, emit=work.emit)
    return ended


async def logout(work: Work, *, viewer: Viewer, origin: Origin, mint: Mint, now: datetime) -> None:
    """End the caller's session; a second time changes nothing."""
    ended = await end(work, [viewer.session_id], user_id=viewer.user_id, now=now)
    if ended:
        await _told(work, AuditAction.SIGNED_OUT, viewer.user_id, {}, origin=origin, mint=mint, now=now)


async def give_up(work: Work, *, refresh_token: str, origin: Origin, mint: Mint, now: datetime) -> None:
    """End the session of a refresh token that its holder replaces by another session's, where it is open."""
    spent = await work.sessions.spend(digest(refresh_token), now=now)
    if spent is not None:
        user_id = spent.session.user_id
        await end(work, [spent.session.id], user_id=user_id, now=now)
        told = {"session": spent.session.id, "device": spent.session.device}
        await _told(work, AuditAction.SIGNED_OUT, user_id, told, origin=origin, mint=mint, now=now)


async def revoke(
    work: Work, *, user_id: UserId, session_id: SessionId, origin: Origin, mint: Mint, now: datetime
) -> Session:
    """End one of the user's sessions; raises NotFoundError where it is no open one of theirs."""
    ended = await end(work, [session_id], user_id=user_id, now=now)
    if not ended:
        raise NotFoundError("You have no such open session; it may have ended already.", field="id")
    told = {"session": session_id, "device": ended[0].device}
    await _told(work, AuditAction.SESSION_REVOKED, user_id, told, origin=origin, mint=mint, now=now)
    return ended[0]


async def revoke_all(
    work: Work, *, user_id: UserId, keep: SessionId | None, origin: Origin, mint: Mint, now: datetime
) -> list[Session]:
    """End the user's sessions but the one to keep, as when the password changes, and return them."""
    ended = await end_all(work, user_id=user_id, keep=keep, now=now)
    told = {"ended": str(len(ended))}
    await _told(work, AuditAction.SESSIONS_REVOKED, user_id, told, origin=origin, mint=mint, now=now)
    return ended


async def end_all(
    work: Work, *, user_id: UserId, keep: SessionId | None = None, now: datetime
) -> list[Session]:
    """End the user's sessions but the one to keep, as part of an act that has its own entry in the audit log."""
    await work.access.standing(user_id)  # holds the user: nobody opens a session meanwhile
    (held,) = await work.sessions.open_by_users([user_id], viewer_id=user_id, now=now)
    return await end(work, [s.id for s in held if s.id != keep], user_id=user_id, now=now)


async def _told(
    work: Work,
    action: AuditAction,
    user_id: UserId,
    difference: Mapping[str, str | None],
    *,
    origin: Origin,
    mint: Mint,
    now: datetime,
) -> None:
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=user_id,
        action=action,
        target=user_id,
        origin=origin,
        difference=difference,
    )
