"""Sign-out: sessions end, by signing out, by revoking one or by revoking all."""

from collections.abc import Sequence

from domain.accounts import access_revocation, audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.authentication.sessions import Session, digest
from domain.authentication.work import AuthenticationWork
from domain.errors import NotFoundError
from domain.ids import SessionId, UserId
from domain.unit_of_work import OpenUnitOfWork


async def end(
    work: AuthenticationWork, act: Act, ids: Sequence[SessionId], *, user_id: UserId
) -> list[Session]:
    """End those of the sessions that are the user's and open, and void their refresh and access tokens."""
    if not ids:
        return []
    ended = await work.sessions.end(ids, user_id=user_id, now=act.now)
    for session in ended:
        await access_revocation.revoke(
            work.access, act, user_id=user_id, session_id=session.id, emit=work.emit
        )
    return ended


async def logout(work: AuthenticationWork, act: Act) -> None:
    """End the caller's session; a second time changes nothing."""
    ended = await end(work, act, [act.session_id], user_id=act.user_id)
    if ended:
        await audit.record(work.audit, act, AuditAction.SIGNED_OUT, target=act.user_id)


async def end_replaced(
    open_work: OpenUnitOfWork[AuthenticationWork], act: Act, refresh_token: str | None
) -> None:
    """End the open session of a refresh token whose cookie a new session's cookie replaces, if there is one.

    It has a transaction of its own: a refresh locks its token first and the user second, a sign-in locks the user
    first.
    """
    if refresh_token is None:
        return
    async with open_work() as work:
        spent = await work.sessions.spend(digest(refresh_token), now=act.now)
        if spent is None:
            return
        session = spent.session
        await end(work, act, [session.id], user_id=session.user_id)
        await audit.record(
            work.audit,
            act.by(session.user_id),
            AuditAction.SIGNED_OUT,
            target=session.user_id,
            difference={"session": session.id, "device": session.device},
        )


async def revoke(work: AuthenticationWork, act: Act, *, session_id: SessionId) -> Session:
    """End one of the caller's sessions; raises NotFoundError if it is not an open session of theirs."""
    ended = await end(work, act, [session_id], user_id=act.user_id)
    if not ended:
        raise NotFoundError("You have no such open session; it may have ended already.", field="id")
    difference = {"session": session_id, "device": ended[0].device}
    await audit.record(
        work.audit, act, AuditAction.SESSION_REVOKED, target=act.user_id, difference=difference
    )
    return ended[0]


async def revoke_all(work: AuthenticationWork, act: Act, *, keep: SessionId | None) -> list[Session]:
    """End the caller's sessions, except the one to keep, and return them."""
    ended = await end_all(work, act, user_id=act.user_id, keep=keep)
    difference = {"ended": str(len(ended))}
    await audit.record(
        work.audit, act, AuditAction.SESSIONS_REVOKED, target=act.user_id, difference=difference
    )
    return ended


async def end_all(
    work: AuthenticationWork, act: Act, *, user_id: UserId, keep: SessionId | None = None
) -> list[Session]:
    """End a user's sessions, except the one to keep, as part of an act with its own entry in the audit log."""
    await work.access.claims(user_id)  # locks the user, so that no session is opened meanwhile
    (open_sessions,) = await work.sessions.open_by_users([user_id], viewer_id=user_id, now=act.now)
    return await end(work, act, [s.id for s in open_sessions if s.id != keep], user_id=user_id)
